// The two generations of the official TypeScript SDK behind one face: what the journey needs, and where they differ.

import * as two from '@modelcontextprotocol/client';
import { auth as authOne } from '@modelcontextprotocol/sdk/client/auth.js';
import * as extensionsOne from '@modelcontextprotocol/sdk/client/auth-extensions.js';
import { Client as ClientOne } from '@modelcontextprotocol/sdk/client/index.js';
import {
  StreamableHTTPClientTransport as TransportOne,
  StreamableHTTPError,
} from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { UnauthorizedError as UnauthorizedOne } from '@modelcontextprotocol/sdk/client/auth.js';

const INFO = { name: 'interop', version: '1' };

export const SDKS = {
  1: {
    Unauthorized: UnauthorizedOne,
    ClientCredentials: extensionsOne.ClientCredentialsProvider,
    PrivateKeyJwt: extensionsOne.PrivateKeyJwtProvider,
    privateKeyJwt: extensionsOne.createPrivateKeyJwtAuth,
    client: () => new ClientOne(INFO),
    transport: (url, options) => new TransportOne(new URL(url), options),
    finish: (transport, answer) => transport.finishAuth(answer.get('code')),
    // This generation tries its refresh token first, which cannot widen anything, and then gives up with 403. Its
    // applications drop the tokens and ask for the scopes of the challenge themselves.
    stepUp: async (error, { url, provider, challenge }) => {
      if (!(error instanceof StreamableHTTPError && error.code === 403)) throw error;
      provider.forget();
      await authOne(provider, { serverUrl: url, scope: challenge() });
    },
  },
  2: {
    Unauthorized: two.UnauthorizedError,
    ClientCredentials: two.ClientCredentialsProvider,
    PrivateKeyJwt: two.PrivateKeyJwtProvider,
    privateKeyJwt: two.createPrivateKeyJwtAuth,
    client: mode => new two.Client(INFO, { versionNegotiation: { mode } }),
    transport: (url, options) => new two.StreamableHTTPClientTransport(new URL(url), options),
    finish: (transport, answer) => transport.finishAuth(answer),
    // This generation has already sent the user to the authorization server.
    stepUp: async (error, { asked }) => {
      if (!(error instanceof two.UnauthorizedError && asked())) throw error;
    },
  },
};
