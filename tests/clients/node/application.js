/* SPDX-License-Identifier: Apache-2.0
 *
 * A page behind http-cas-client that shows who came, as JSON.  The client
 * throws when a ticket is refused: saying so is the application's. */
'use strict';

const http = require('http');
const httpCasClient = require('http-cas-client');

const handler = httpCasClient({
	cas: 3,
	casServerUrlPrefix: process.env.CAS_URL,
	serverName: process.env.APPLICATION_URL,
});

async function answer(request, response) {
	try {
		if (await handler(request, response)) {
			response.setHeader('Content-Type', 'application/json');
			response.write(JSON.stringify(request.principal));
		}
	} catch (fault) {
		console.error(fault.message);
		response.statusCode = 403;
	}
	response.end();
}

http.createServer(answer).listen(process.env.PORT, '127.0.0.1');
