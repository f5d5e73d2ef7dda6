package io.qbull.store.redis;

import static io.qbull.store.redis.Seed.P;
import static io.qbull.testing.Waiting.failure;
import static io.qbull.testing.Waiting.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.qbull.config.RedisSettings;
import io.qbull.store.StoreException;
import io.qbull.testing.Ports;
import io.qbull.testing.RedisServer;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that uses TLS with a self-signed certificate. */
@Tag("redis")
class TlsTest {
    private static final char[] STORE_PASSWORD = "changeit".toCharArray();
    private static final String TRUST = "javax.net.ssl.trustStore";

    @TempDir
    Path directory;

    @AfterEach
    void forget() {
        System.clearProperty(TRUST);
        System.clearProperty(TRUST + "Password");
    }

    @Test
    void an_untrusted_certificate_is_refused_and_a_trusted_one_is_accepted() throws Exception {
        Path keys = keys("san=dns:localhost,ip:127.0.0.1");
        int port = Ports.free();
        try (RedisServer server = server(port)) {
            assertThat(server.port()).isNotEqualTo(port);
            RedisSettings settings = new RedisSettings("rediss://localhost:" + port, Duration.ofSeconds(2));
            try (RedisStore store = RedisStore.open(settings)) {
                assertThat(failure(store.leases().peek(List.of(P)))).isInstanceOf(StoreException.class);
            }
            trust(keys);
            try (RedisStore store = RedisStore.open(settings)) {
                await().ignoreExceptions().until(() -> {
                    get(store.leases().peek(List.of(P)));
                    return true;
                });
            }
        }
    }

    @Test
    void a_failure_of_tls_is_told_by_its_cause() throws Exception {
        Path trusted = keys("san=dns:redis.example");
        int tls = Ports.free();
        try (RedisServer server = server(tls)) {
            assertThat(refusal("rediss://localhost:" + tls))
                    .isInstanceOf(StoreException.Misconfigured.class)
                    .hasMessageContaining("has a certificate that this JVM does not trust");
            trust(trusted);
            assertThat(refusal("rediss://localhost:" + tls))
                    .isInstanceOf(StoreException.Misconfigured.class)
                    .hasMessageContaining("has a certificate for another host name");
            assertThat(refusal("rediss://localhost:" + server.port()))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining(
                            "does not answer with TLS in time; if it uses none, redisUri begins with redis://");
            assertThat(refusal("redis://localhost:" + tls))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("if it expects TLS, redisUri begins with rediss://");
        }
    }

    private static Throwable refusal(String uri) {
        try (RedisStore store = RedisStore.open(new RedisSettings(uri, Duration.ofSeconds(2)))) {
            return failure(store.check());
        }
    }

    private static void trust(Path keys) {
        System.setProperty(TRUST, keys.toString());
        System.setProperty(TRUST + "Password", new String(STORE_PASSWORD));
    }

    private RedisServer server(int port) {
        try {
            return RedisServer.start(
                    "--tls-port", Integer.toString(port),
                    "--tls-cert-file", directory.resolve("cert.pem").toString(),
                    "--tls-key-file", directory.resolve("key.pem").toString(),
                    "--tls-ca-cert-file", directory.resolve("cert.pem").toString(),
                    "--tls-auth-clients", "no");
        } catch (RuntimeException e) {
            assumeTrue(false, "the embedded Redis was built without TLS");
            throw e;
        }
    }

    private Path keys(String names) throws Exception {
        Path file = directory.resolve("keys.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "redis",
                        "-keyalg",
                        "RSA",
                        "-keysize",
                        "2048",
                        "-validity",
                        "2",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        names,
                        "-ext",
                        "bc:c",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        new String(STORE_PASSWORD),
                        "-keystore",
                        file.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("keytool.log").toFile())
                .start();
        assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(keytool.exitValue()).isZero();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, STORE_PASSWORD);
        }
        pem("key.pem", "PRIVATE KEY", store.getKey("redis", STORE_PASSWORD).getEncoded());
        pem("cert.pem", "CERTIFICATE", store.getCertificate("redis").getEncoded());
        // The same certificate as a trust anchor.
        store.setCertificateEntry("trusted", store.getCertificate("redis"));
        Path trust = directory.resolve("trust.p12");
        try (var out = Files.newOutputStream(trust)) {
            store.store(out, STORE_PASSWORD);
        }
        return trust;
    }

    private void pem(String file, String type, byte[] bytes) throws Exception {
        String text = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(bytes);
        Files.writeString(
                directory.resolve(file), "-----BEGIN " + type + "-----\n" + text + "\n-----END " + type + "-----\n");
    }
}
