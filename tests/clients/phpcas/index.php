<?php
/* SPDX-License-Identifier: Apache-2.0
 *
 * A page behind phpCAS that shows who came, as JSON. */
require_once 'CAS.php';

phpCAS::client(
	getenv('CAS_PROTOCOL') === 'SAML' ? SAML_VERSION_1_1 : getenv('CAS_PROTOCOL'),
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
