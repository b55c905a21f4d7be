// An OpenID provider for tests: the certified `oidc-provider`, with pages of its own to sign in. It prints its address.
// Whoever signs in as X is X in every claim that a provider of ours may name people by; any password will do.
import { Provider } from "oidc-provider";

const port = Number(process.argv[2] ?? 0);
const redirectUris = process.argv.slice(3);

const claimsOf = (login) => ({
  sub: `f:${login}`,
  SubjectNameID: login,
  preferred_username: login,
  email: login,
  email_verified: true,
});

const configuration = {
  clients: [
    { client_id: "tourderole", client_secret: "a secret", redirect_uris: redirectUris },
    { client_id: "another", client_secret: "another secret", redirect_uris: redirectUris },
  ],
  acrValues: ["eidas1"],
  claims: {
    openid: ["sub"],
    scope_all: ["SubjectNameID", "preferred_username"],
    email: ["email", "email_verified"],
    profile: ["preferred_username"],
    acr: null,
  },
  cookies: { keys: ["a key for tests"] },
  features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true } },
  findAccount: (_context, id) => ({ accountId: id, claims: () => claimsOf(id) }),
  // Nobody is asked whether this client may know who signs in.
  async loadExistingGrant(context) {
    const grant = new context.oidc.provider.Grant({
      clientId: context.oidc.client.clientId,
      accountId: context.oidc.session.accountId,
    });
    grant.addOIDCScope("openid scope_all email profile");
    await grant.save();
    return grant;
  },
  pkce: { required: () => true },
};

const listening = (await import("node:http")).createServer();
listening.listen(port, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${listening.address().port}`;
  const provider = new Provider(issuer, configuration);
  listening.on("request", provider.callback());
  process.stdout.write(`${issuer}\n`);
});
