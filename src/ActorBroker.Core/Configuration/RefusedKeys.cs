using System.Diagnostics.CodeAnalysis;
using static ActorBroker.Core.Configuration.Allow;
using static ActorBroker.Core.Configuration.ConfigScope;
using Keys = ActorBroker.Core.Configuration.BrokerKeySets;

namespace ActorBroker.Core.Configuration;

/// <summary>
/// Kafka's broker settings that ask for protection, or for code, that isn't here: to accept one would be to run
/// open while its author believes otherwise. Their defaults may be written.
/// </summary>
internal static class RefusedKeys
{
    static RefusedKeys()
    {
        DeclareSecurity1();
        DeclareSecurity2();
    }

    public static IReadOnlyList<ConfigKey> All => Keys.Refused.Keys;

    public static bool TryGet(string name, [NotNullWhen(true)] out ConfigKey? key)
        => Keys.Refused.TryGet(name, out key);

    private static void DeclareSecurity1()
    {
        Keys.Refused.OptionalString("authorizer.class.name", ReadOnly, "The authorizer that checks who may do what.");
        Keys.Refused.Class("alter.config.policy.class.name", ReadOnly,
            "A Java class that may refuse changes of settings.");
        Keys.Refused.Class("create.topic.policy.class.name", ReadOnly, "A Java class that may refuse new topics.");
        Keys.Refused.Class("client.quota.callback.class", ReadOnly, "A Java class that sets client quotas.");
        Keys.Refused.String("security.inter.broker.protocol",
            "PLAINTEXT", OneOf("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"), ReadOnly,
            "The security protocol between brokers.");
        Keys.Refused.Long("connections.max.reauth.ms", 0, null, ReadOnly, "After how long a client must log in again.");
        Keys.Refused.Class("principal.builder.class", PerBroker, "How a connection's user is named.");
        Keys.Refused.OptionalString("security.providers", ReadOnly, "Java security providers.");
        Keys.Refused.Password("delegation.token.secret.key", ReadOnly, "The secret that signs delegation tokens.");
        Keys.Refused.Boolean("remote.log.storage.system.enable", false, ReadOnly, "Tiered storage.");
        Keys.Refused.Class("sasl.client.callback.handler.class", ReadOnly, "SASL: client callback handler class.");
        Keys.Refused.List("sasl.enabled.mechanisms", ["GSSAPI"], null, PerBroker, "SASL: enabled mechanisms.");
        Keys.Refused.Password("sasl.jaas.config", PerBroker, "SASL: jaas config.");
        Keys.Refused.String("sasl.kerberos.kinit.cmd", "/usr/bin/kinit", null, PerBroker, "SASL: kerberos kinit cmd.");
        Keys.Refused.Long("sasl.kerberos.min.time.before.relogin", 60000, null, PerBroker,
            "SASL: kerberos min time before relogin.");
        Keys.Refused.List("sasl.kerberos.principal.to.local.rules", ["DEFAULT"], null, PerBroker,
            "SASL: kerberos principal to local rules.");
        Keys.Refused.OptionalString("sasl.kerberos.service.name", PerBroker, "SASL: kerberos service name.");
        Keys.Refused.Double("sasl.kerberos.ticket.renew.jitter", 0.05, null, PerBroker,
            "SASL: kerberos ticket renew jitter.");
        Keys.Refused.Double("sasl.kerberos.ticket.renew.window.factor", 0.8, null, PerBroker,
            "SASL: kerberos ticket renew window factor.");
        Keys.Refused.Class("sasl.login.callback.handler.class", ReadOnly, "SASL: login callback handler class.");
        Keys.Refused.Class("sasl.login.class", ReadOnly, "SASL: login class.");
        Keys.Refused.OptionalInt("sasl.login.connect.timeout.ms", null, ReadOnly, "SASL: login connect timeout ms.");
        Keys.Refused.OptionalInt("sasl.login.read.timeout.ms", null, ReadOnly, "SASL: login read timeout ms.");
        Keys.Refused.Short("sasl.login.refresh.buffer.seconds", 300, null, PerBroker,
            "SASL: login refresh buffer seconds.");
        Keys.Refused.Short("sasl.login.refresh.min.period.seconds", 60, null, PerBroker,
            "SASL: login refresh min period seconds.");
        Keys.Refused.Double("sasl.login.refresh.window.factor", 0.8, null, PerBroker,
            "SASL: login refresh window factor.");
        Keys.Refused.Double("sasl.login.refresh.window.jitter", 0.05, null, PerBroker,
            "SASL: login refresh window jitter.");
        Keys.Refused.Long("sasl.login.retry.backoff.max.ms", 10000, null, ReadOnly,
            "SASL: login retry backoff max ms.");
        Keys.Refused.Long("sasl.login.retry.backoff.ms", 100, null, ReadOnly, "SASL: login retry backoff ms.");
        Keys.Refused.String("sasl.mechanism.inter.broker.protocol", "GSSAPI", null, PerBroker,
            "SASL: mechanism inter broker protocol.");
        Keys.Refused.Int("sasl.oauthbearer.clock.skew.seconds", 30, null, ReadOnly,
            "SASL: oauthbearer clock skew seconds.");
        Keys.Refused.List("sasl.oauthbearer.expected.audience", [], null, ReadOnly,
            "SASL: oauthbearer expected audience.");
        Keys.Refused.OptionalString("sasl.oauthbearer.expected.issuer", ReadOnly, "SASL: oauthbearer expected issuer.");
        Keys.Refused.Long("sasl.oauthbearer.jwks.endpoint.refresh.ms", 3600000, null, ReadOnly,
            "SASL: oauthbearer jwks endpoint refresh ms.");
        Keys.Refused.Long("sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms", 10000, null, ReadOnly,
            "SASL: oauthbearer jwks endpoint retry backoff max ms.");
        Keys.Refused.Long("sasl.oauthbearer.jwks.endpoint.retry.backoff.ms", 100, null, ReadOnly,
            "SASL: oauthbearer jwks endpoint retry backoff ms.");
        Keys.Refused.OptionalString("sasl.oauthbearer.jwks.endpoint.url", ReadOnly,
            "SASL: oauthbearer jwks endpoint url.");
        Keys.Refused.String("sasl.oauthbearer.scope.claim.name", "scope", null, ReadOnly,
            "SASL: oauthbearer scope claim name.");
    }

    private static void DeclareSecurity2()
    {
        Keys.Refused.String("sasl.oauthbearer.sub.claim.name", "sub", null, ReadOnly,
            "SASL: oauthbearer sub claim name.");
        Keys.Refused.OptionalString("sasl.oauthbearer.token.endpoint.url", ReadOnly,
            "SASL: oauthbearer token endpoint url.");
        Keys.Refused.Class("sasl.server.callback.handler.class", ReadOnly, "SASL: server callback handler class.");
        Keys.Refused.Int("sasl.server.max.receive.size", 524288, null, ReadOnly, "SASL: server max receive size.");
        Keys.Refused.Boolean("ssl.allow.dn.changes", false, ReadOnly, "TLS: allow dn changes.");
        Keys.Refused.Boolean("ssl.allow.san.changes", false, ReadOnly, "TLS: allow san changes.");
        Keys.Refused.List("ssl.cipher.suites", [], null, PerBroker, "TLS: cipher suites.");
        Keys.Refused.String("ssl.client.auth", "none", OneOf("required", "requested", "none"), PerBroker,
            "TLS: client auth.");
        Keys.Refused.List("ssl.enabled.protocols", ["TLSv1.2", "TLSv1.3"], null, PerBroker, "TLS: enabled protocols.");
        Keys.Refused.String("ssl.endpoint.identification.algorithm", "https", null, PerBroker,
            "TLS: endpoint identification algorithm.");
        Keys.Refused.Class("ssl.engine.factory.class", PerBroker, "TLS: engine factory class.");
        Keys.Refused.Password("ssl.key.password", PerBroker, "TLS: key password.");
        Keys.Refused.OptionalString("ssl.keymanager.algorithm", PerBroker, "TLS: keymanager algorithm.");
        Keys.Refused.Password("ssl.keystore.certificate.chain", PerBroker, "TLS: keystore certificate chain.");
        Keys.Refused.Password("ssl.keystore.key", PerBroker, "TLS: keystore key.");
        Keys.Refused.OptionalString("ssl.keystore.location", PerBroker, "TLS: keystore location.");
        Keys.Refused.Password("ssl.keystore.password", PerBroker, "TLS: keystore password.");
        Keys.Refused.String("ssl.keystore.type", "JKS", null, PerBroker, "TLS: keystore type.");
        Keys.Refused.String("ssl.principal.mapping.rules", "DEFAULT", null, ReadOnly, "TLS: principal mapping rules.");
        Keys.Refused.String("ssl.protocol", "TLSv1.3", null, PerBroker, "TLS: protocol.");
        Keys.Refused.OptionalString("ssl.provider", PerBroker, "TLS: provider.");
        Keys.Refused.OptionalString("ssl.secure.random.implementation", PerBroker,
            "TLS: secure random implementation.");
        Keys.Refused.OptionalString("ssl.trustmanager.algorithm", PerBroker, "TLS: trustmanager algorithm.");
        Keys.Refused.Password("ssl.truststore.certificates", PerBroker, "TLS: truststore certificates.");
        Keys.Refused.OptionalString("ssl.truststore.location", PerBroker, "TLS: truststore location.");
        Keys.Refused.Password("ssl.truststore.password", PerBroker, "TLS: truststore password.");
        Keys.Refused.String("ssl.truststore.type", "JKS", null, PerBroker, "TLS: truststore type.");
    }
}
