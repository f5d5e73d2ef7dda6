package io.qbull.store.redis.client;

import io.lettuce.core.protocol.RedisProtocolException;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Objects;
import java.util.function.Predicate;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Says why a server could not be reached with TLS, or without it. Pure. */
final class TlsErrors {
    static final String PLAIN = "does not answer with TLS in time; if it uses none, redisUri begins with redis://";

    /** Follows what a connection without TLS ended with before its first reply. */
    static final String ENCRYPTED = "; if it expects TLS, redisUri begins with rediss://";

    private TlsErrors() {}

    /**
     * What is wrong.
     *
     * @param text follows the name of the server in a sentence
     * @param lasts whether only a person can mend it; anything else, such as a proxy that ends handshakes while its Redis fails over,
     *     may pass
     */
    record Trouble(String text, boolean lasts) {}

    /**
     * @param error why a connection could not be opened, or its first command was not answered
     * @return null if TLS has nothing to do with it
     */
    static @Nullable Trouble of(Throwable error) {
        if (has(error, CertificateExpiredException.class::isInstance)) {
            return new Trouble("has a certificate that has expired", true);
        }
        if (has(error, CertificateNotYetValidException.class::isInstance)) {
            return new Trouble("has a certificate that is not valid yet, or the clock of this machine is wrong", true);
        }
        if (has(error, CertPathBuilderException.class::isInstance) || says(error, "trustAnchors")) {
            return new Trouble(
                    "has a certificate that this JVM does not trust; name a trust store with its issuer by"
                            + " -Djavax.net.ssl.trustStore",
                    true);
        }
        if (says(error, "No subject alternative") || says(error, "No name matching")) {
            return new Trouble("has a certificate for another host name: " + line(error), true);
        }
        boolean plain = has(error, NotSslRecordException.class::isInstance);
        if (plain || has(error, SslHandshakeTimeoutException.class::isInstance)) {
            return new Trouble(PLAIN, plain);
        }
        if (says(error, "certificate_required") || says(error, "bad_certificate")) {
            return new Trouble("wants a certificate of the client; name a key store by -Djavax.net.ssl.keyStore", true);
        }
        boolean certificate = has(error, CertificateException.class::isInstance);
        if (has(error, RedisProtocolException.class::isInstance)) {
            return new Trouble("does not speak the protocol of Redis" + ENCRYPTED, certificate);
        }
        return has(error, SSLException.class::isInstance)
                ? new Trouble("refuses TLS: " + line(error), certificate)
                : null;
    }

    private static boolean says(Throwable error, String text) {
        return has(error, each -> Objects.toString(each.getMessage(), "").contains(text));
    }

    /** The innermost message. */
    private static String line(Throwable error) {
        Throwable last = error;
        while (last.getCause() != null) {
            last = last.getCause();
        }
        return Objects.toString(last.getMessage(), last.getClass().getSimpleName());
    }

    private static boolean has(Throwable error, Predicate<Throwable> wanted) {
        for (Throwable at = error; at != null; at = at.getCause()) {
            if (wanted.test(at)) {
                return true;
            }
        }
        return false;
    }
}
