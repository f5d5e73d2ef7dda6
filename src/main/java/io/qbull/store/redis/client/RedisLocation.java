package io.qbull.store.redis.client;

import io.lettuce.core.RedisCredentials;
import io.lettuce.core.RedisCredentialsProvider.ImmediateRedisCredentialsProvider;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslVerifyMode;
import io.qbull.config.RedisSettings;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where Redis is, for another client than ours.
 *
 * @param nodes the server, the sentinels, or nodes of a cluster: {@code redis://host:port}, with TLS {@code rediss://host:port}
 * @param cluster whether they are nodes of a cluster
 * @param sentinelMaster name of the master if they are sentinels, else null
 * @param login for the servers that hold data
 * @param sentinelLogin for the sentinels
 * @param database number of the database
 * @param peerCheck what is checked of a server's certificate
 */
public record RedisLocation(
        List<String> nodes,
        boolean cluster,
        @Nullable String sentinelMaster,
        Login login,
        Login sentinelLogin,
        int database,
        PeerCheck peerCheck) {
    /**
     * @param user null = the default user
     * @param password null = none
     */
    public record Login(@Nullable String user, @Nullable String password) {
        /** Without the password. */
        @Override
        public String toString() {
            return "Login[user=" + user + "]";
        }
    }

    /** How far the other side of a TLS connection is checked. */
    public enum PeerCheck {
        /** Not at all. */
        NONE,
        /** Its certificate is of a trusted authority. */
        CERTIFICATE,
        /** Also, it is for that host. */
        CERTIFICATE_AND_HOST
    }

    public static RedisLocation of(RedisSettings settings, boolean cluster) {
        List<RedisURI> uris = Uris.of(settings);
        RedisURI first = uris.get(0);
        List<RedisURI> nodes = first.getSentinels().isEmpty() ? uris : first.getSentinels();
        return new RedisLocation(
                nodes.stream().map(RedisLocation::address).toList(),
                cluster,
                first.getSentinelMasterId(),
                login(first),
                login(nodes.get(0)),
                first.getDatabase(),
                peerCheck(first.getVerifyMode()));
    }

    private static String address(RedisURI uri) {
        String host = uri.getHost();
        boolean bare = host.contains(":") && !host.startsWith("[");
        return (uri.isSsl() ? "rediss://" : "redis://") + (bare ? "[" + host + "]" : host) + ":" + uri.getPort();
    }

    private static Login login(RedisURI uri) {
        if (!(uri.getCredentialsProvider() instanceof ImmediateRedisCredentialsProvider provider)) {
            return new Login(null, null);
        }
        RedisCredentials given = provider.resolveCredentialsNow();
        return new Login(
                given.hasUsername() ? given.getUsername() : null,
                given.hasPassword() ? String.valueOf(given.getPassword()) : null);
    }

    private static PeerCheck peerCheck(SslVerifyMode mode) {
        return switch (mode) {
            case NONE -> PeerCheck.NONE;
            case CA -> PeerCheck.CERTIFICATE;
            case FULL -> PeerCheck.CERTIFICATE_AND_HOST;
        };
    }
}
