package io.qbull.store.redis.client;

import io.lettuce.core.RedisURI;
import io.qbull.config.RedisSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Reads where the servers are. No message of this class quotes the text, which may hold a password. */
final class Uris {
    private static final String FORM =
            "redisUri must be redis://[user:password@]host[:port][/db], rediss://…, redis-sentinel://…#master, "
                    + "or several nodes of a cluster separated by commas; user and password percent-encoded";

    /** A name or an address; the client's own reader lets a mistyped port pass as part of the name. */
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._-]+|\\[?[0-9A-Fa-f:.%]+]?");

    private Uris() {}

    /**
     * @param settings the settings
     * @return one URI, or one for each node that was named of a cluster; user, password and TLS of the first hold for nodes
     *     named by host and port alone
     * @throws IllegalArgumentException if the text has another form
     */
    static List<RedisURI> of(RedisSettings settings) {
        String text = settings.uri().trim();
        boolean sentinel = text.contains("-sentinel://");
        List<RedisURI> uris = new ArrayList<>();
        for (String part : sentinel ? List.of(text) : List.of(text.split(","))) {
            String node = part.trim();
            String complete = node.contains("://") || uris.isEmpty() ? node : "redis://" + node;
            RedisURI uri = parse(complete);
            if (complete.length() != node.length()) {
                uri = at(uris.get(0), uri.getHost(), uri.getPort());
            }
            uri.setTimeout(settings.commandTimeout());
            uri.getSentinels().forEach(each -> each.setTimeout(settings.commandTimeout()));
            uris.add(uri);
        }
        return List.copyOf(uris);
    }

    /** Another node of the same cluster. */
    static RedisURI at(RedisURI like, String host, int port) {
        return RedisURI.builder(like).withHost(host).withPort(port).build();
    }

    /** Host and port, for messages and as identity of a node. */
    static String name(RedisURI uri) {
        if (uri.getSentinels().isEmpty()) {
            return uri.getHost() + ":" + uri.getPort();
        }
        return "sentinel master " + uri.getSentinelMasterId();
    }

    private static RedisURI parse(String text) {
        RedisURI uri;
        try {
            uri = RedisURI.create(text);
        } catch (RuntimeException e) {
            // Without the cause, whose message quotes the text.
            throw new IllegalArgumentException(FORM);
        }
        List<RedisURI> hosts = uri.getSentinels().isEmpty() ? List.of(uri) : uri.getSentinels();
        for (RedisURI each : hosts) {
            if (each.getHost() == null || !HOST.matcher(each.getHost()).matches()) {
                throw new IllegalArgumentException(FORM);
            }
        }
        return uri;
    }
}
