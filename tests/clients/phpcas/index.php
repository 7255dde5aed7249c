#!/usr/bin/php-cgi
<?php
/* SPDX-License-Identifier: Apache-2.0
 *
 * A page behind phpCAS that shows who came, as JSON. */
require_once 'CAS.php';

const VERSIONS = [
	'2.0' => CAS_VERSION_2_0,
	'3.0' => CAS_VERSION_3_0,
	'SAML' => SAML_VERSION_1_1,
];

phpCAS::client(
	VERSIONS[getenv('CAS_PROTOCOL')],
	parse_url(getenv('CAS_URL'), PHP_URL_HOST),
	parse_url(getenv('CAS_URL'), PHP_URL_PORT),
	parse_url(getenv('CAS_URL'), PHP_URL_PATH),
	getenv('APPLICATION_URL')
);
phpCAS::setCasServerCACert(getenv('CAS_AUTHORITY'));
phpCAS::handleLogoutRequests(true, ['localhost', '127.0.0.1']);
phpCAS::forceAuthentication();

header('Content-Type: application/json');
echo json_encode([
	'user' => phpCAS::getUser(),
	'attributes' => phpCAS::getAttributes(),
]);
