package io.qbull.store.redis.client;

import io.lettuce.core.RedisURI;
import io.qbull.config.RedisSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Parses redisUri. No error quotes it, because it may hold a password. Pure. */
final class Uris {
    private static final String FORM =
            "redisUri must be redis://[user:password@]host[:port][/db], rediss://…, redis-sentinel://…#master, "
                    + "or several servers of a cluster separated by commas; user and password percent-encoded";

    /** A name or an address. The client's own parser accepts a mistyped port as part of the name. */
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._-]+|\\[?[0-9A-Fa-f:.%]+]?");

    private Uris() {}

    /**
     * @param settings the settings
     * @return one URI, or one for each named server of a cluster; a server named by host and port alone takes user, password and TLS
     *     from the first
     * @throws IllegalArgumentException if the text has another form
     */
    static List<RedisURI> of(RedisSettings settings) {
        String text = settings.uri().trim();
        String mistake = UriMistakes.of(text);
        if (mistake != null) {
            throw new IllegalArgumentException(mistake);
        }
        boolean sentinel = text.contains("-sentinel://");
        List<RedisURI> uris = new ArrayList<>();
        for (String part : sentinel ? List.of(text) : List.of(text.split(","))) {
            String server = part.trim();
            String complete = server.contains("://") || uris.isEmpty() ? server : "redis://" + server;
            RedisURI uri = parse(complete);
            if (complete.length() != server.length()) {
                uri = at(uris.get(0), uri.getHost(), uri.getPort());
            }
            prepare(uri, settings);
            uri.getSentinels().forEach(each -> prepare(each, settings));
            uris.add(uri);
        }
        return List.copyOf(uris);
    }

    private static void prepare(RedisURI uri, RedisSettings settings) {
        uri.setTimeout(settings.commandTimeout());
        // CLIENT SETINFO is a right that Redis 6.2 and 7.0 do not know: each connection would fill their ACL log.
        uri.setLibraryName("");
        uri.setLibraryVersion("");
    }

    /** Another server of the same cluster. */
    static RedisURI at(RedisURI like, String host, int port) {
        return RedisURI.builder(like).withHost(host).withPort(port).build();
    }

    /** Host and port, or the name of a master behind sentinels, for messages. */
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
            // Without the cause, because its message quotes the text.
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
