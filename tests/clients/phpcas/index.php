#!/usr/bin/php-cgi
<?php
/* SPDX-License-Identifier: Apache-2.0
 *
 * A page behind phpCAS that shows who came, as JSON: with TARGET_URL in the
 * environment also what the page there says to somebody who comes by way of this
 * one, and with PROXY_URL by way of whom they came. */
require_once 'CAS.php';

const VERSIONS = [
	'2.0' => CAS_VERSION_2_0,
	'3.0' => CAS_VERSION_3_0,
	'SAML' => SAML_VERSION_1_1,
];

$server = [
	VERSIONS[getenv('CAS_PROTOCOL')],
	parse_url(getenv('CAS_URL'), PHP_URL_HOST),
	parse_url(getenv('CAS_URL'), PHP_URL_PORT),
	parse_url(getenv('CAS_URL'), PHP_URL_PATH),
	getenv('APPLICATION_URL'),
];
if (getenv('TARGET_URL')) {
	phpCAS::proxy(...$server);
	phpCAS::setPGTStorageFile(getenv('PHPRC'));
} else {
	phpCAS::client(...$server);
}
if (getenv('PROXY_URL'))
	phpCAS::allowProxyChain(new CAS_ProxyChain([getenv('PROXY_URL')]));
phpCAS::setCasServerCACert(getenv('CAS_AUTHORITY'));
phpCAS::handleLogoutRequests(true, ['localhost', '127.0.0.1']);
phpCAS::forceAuthentication();

$page = [
	'user' => phpCAS::getUser(),
	'attributes' => phpCAS::getAttributes(),
];
if (getenv('PROXY_URL'))
	$page['proxies'] = phpCAS::getProxies();
if (getenv('TARGET_URL')) {
	phpCAS::serviceWeb(getenv('TARGET_URL'), $error, $told);
	$page['told'] = json_decode($told) ?? $error . $told;
}
header('Content-Type: application/json');
echo json_encode($page);
