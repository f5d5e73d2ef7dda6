package io.qbull.store.redis.client;

import io.lettuce.core.RedisCredentials;
import io.lettuce.core.RedisCredentialsProvider.ImmediateRedisCredentialsProvider;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslVerifyMode;
import io.qbull.config.RedisSettings;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where Redis is, for a client other than ours. Immutable.
 *
 * @param servers the server, the sentinels, or servers of a cluster: {@code redis://host:port}, with TLS {@code rediss://host:port}
 * @param cluster whether the servers form a cluster
 * @param sentinelMaster name of the master behind the sentinels; null without sentinels
 * @param login credentials for the servers that hold data
 * @param sentinelLogin credentials for the sentinels
 * @param database number of the database, 0 or more
 * @param peerCheck how far a server's certificate is checked
 */
public record RedisLocation(
        List<String> servers,
        boolean cluster,
        @Nullable String sentinelMaster,
        Login login,
        Login sentinelLogin,
        int database,
        PeerCheck peerCheck) {
    /**
     * User and password.
     *
     * @param user null = the default user
     * @param password null = none
     */
    public record Login(@Nullable String user, @Nullable String password) {
        /** Omits the password. */
        @Override
        public String toString() {
            return "Login[user=" + user + "]";
        }
    }

    /** How far a server's certificate is checked. */
    public enum PeerCheck {
        /** Not at all. */
        NONE,
        /** A trusted authority must have issued it. */
        CERTIFICATE,
        /** It must also name the host. */
        CERTIFICATE_AND_HOST
    }

    /**
     * @param settings where Redis is
     * @param cluster whether the servers form a cluster
     * @throws IllegalArgumentException if the URI has another form
     */
    public static RedisLocation of(RedisSettings settings, boolean cluster) {
        List<RedisURI> uris = Uris.of(settings);
        RedisURI first = uris.get(0);
        List<RedisURI> servers = first.getSentinels().isEmpty() ? uris : first.getSentinels();
        return new RedisLocation(
                servers.stream().map(RedisLocation::address).toList(),
                cluster,
                first.getSentinelMasterId(),
                login(first),
                login(servers.get(0)),
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
