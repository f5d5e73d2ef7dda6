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
import org.jspecify.annotations.Nullable;

/** Says why a server could not be reached with TLS, or without it. Pure. */
final class TlsErrors {
    static final String PLAIN = "does not answer with TLS in time; if it uses none, redisUri begins with redis://";

    /** Follows what a connection without TLS ended with before its first reply. */
    static final String ENCRYPTED = "; if it expects TLS, redisUri begins with rediss://";

    private TlsErrors() {}

    /**
     * @param error why a connection could not be opened, or its first command was not answered
     * @return what follows the name of the server in a sentence; null if TLS has nothing to do with it
     */
    static @Nullable String cause(Throwable error) {
        if (has(error, CertificateExpiredException.class::isInstance)) {
            return "has a certificate that has expired";
        }
        if (has(error, CertificateNotYetValidException.class::isInstance)) {
            return "has a certificate that is not valid yet, or the clock of this machine is wrong";
        }
        if (has(error, CertPathBuilderException.class::isInstance) || says(error, "trustAnchors")) {
            return "has a certificate that this JVM does not trust; name a trust store with its issuer by"
                    + " -Djavax.net.ssl.trustStore";
        }
        if (otherName(error)) {
            return "has a certificate for another host name: " + line(error);
        }
        if (has(error, NotSslRecordException.class::isInstance)
                || has(error, SslHandshakeTimeoutException.class::isInstance)) {
            return PLAIN;
        }
        if (says(error, "certificate_required") || says(error, "bad_certificate")) {
            return "wants a certificate of the client; name a key store by -Djavax.net.ssl.keyStore";
        }
        if (has(error, RedisProtocolException.class::isInstance)) {
            return "does not speak the protocol of Redis" + ENCRYPTED;
        }
        return has(error, javax.net.ssl.SSLException.class::isInstance) ? "refuses TLS: " + line(error) : null;
    }

    /**
     * @param error with a cause
     * @return whether only a person can mend it; anything else, such as a proxy that ends handshakes while its Redis fails over, may pass
     */
    static boolean lasts(Throwable error) {
        return has(error, CertPathBuilderException.class::isInstance)
                || has(error, CertificateException.class::isInstance)
                || has(error, NotSslRecordException.class::isInstance)
                || says(error, "trustAnchors")
                || otherName(error)
                || says(error, "certificate_required")
                || says(error, "bad_certificate");
    }

    private static boolean otherName(Throwable error) {
        return says(error, "No subject alternative") || says(error, "No name matching");
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
