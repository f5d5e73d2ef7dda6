package io.qbull.app.coalesce;

import io.qbull.store.redis.client.RedisLocation;
import org.redisson.client.codec.ByteArrayCodec;
import org.redisson.client.codec.StringCodec;
import org.redisson.codec.CompositeCodec;
import org.redisson.config.BaseConfig;
import org.redisson.config.BaseMasterSlaveServersConfig;
import org.redisson.config.Config;
import org.redisson.config.ReadMode;
import org.redisson.config.SslVerificationMode;
import org.redisson.config.SubscriptionMode;

/** Configures Redisson for the Redis that the app uses. */
final class RedissonSettings {
    private static final int THREADS = 2;
    private static final int CONNECTIONS = 8;
    private static final int TIMEOUT_MILLIS = 3_000;

    private RedissonSettings() {}

    static Config of(RedisLocation redis) {
        Config config = new Config()
                .setThreads(THREADS)
                .setNettyThreads(THREADS)
                .setCodec(new CompositeCodec(StringCodec.INSTANCE, ByteArrayCodec.INSTANCE));
        BaseConfig<?> servers = servers(config, redis);
        servers.setUsername(redis.login().user());
        servers.setPassword(redis.login().password());
        servers.setSslVerificationMode(
                switch (redis.peerCheck()) {
                    case NONE -> SslVerificationMode.NONE;
                    case CERTIFICATE -> SslVerificationMode.CA_ONLY;
                    case CERTIFICATE_AND_HOST -> SslVerificationMode.STRICT;
                });
        servers.setTimeout(TIMEOUT_MILLIS);
        servers.setConnectTimeout(TIMEOUT_MILLIS);
        servers.setRetryAttempts(1);
        servers.setKeepAlive(true);
        return config;
    }

    private static BaseConfig<?> servers(Config config, RedisLocation redis) {
        if (redis.sentinelMaster() != null) {
            return masters(config.useSentinelServers()
                    .setMasterName(redis.sentinelMaster())
                    .addSentinelAddress(redis.servers().toArray(String[]::new))
                    .setSentinelUsername(redis.sentinelLogin().user())
                    .setSentinelPassword(redis.sentinelLogin().password())
                    .setDatabase(redis.database())
                    // One reachable sentinel is enough.
                    .setCheckSentinelsList(false));
        }
        if (redis.cluster()) {
            return masters(
                    config.useClusterServers().addNodeAddress(redis.servers().toArray(String[]::new)));
        }
        return config.useSingleServer()
                .setAddress(redis.servers().get(0))
                .setDatabase(redis.database())
                .setConnectionPoolSize(CONNECTIONS)
                .setConnectionMinimumIdleSize(1)
                .setSubscriptionConnectionPoolSize(1)
                .setSubscriptionConnectionMinimumIdleSize(0);
    }

    /** Reads from masters alone: a replica may lack the latest write. */
    private static BaseConfig<?> masters(BaseMasterSlaveServersConfig<?> servers) {
        servers.setReadMode(ReadMode.MASTER);
        servers.setSubscriptionMode(SubscriptionMode.MASTER);
        servers.setMasterConnectionPoolSize(CONNECTIONS);
        servers.setMasterConnectionMinimumIdleSize(1);
        servers.setSubscriptionConnectionMinimumIdleSize(0);
        return servers;
    }
}
