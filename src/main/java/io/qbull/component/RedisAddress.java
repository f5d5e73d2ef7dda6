package io.qbull.component;

import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Redis URIs that are safe to show. */
final class RedisAddress {
    /** Only before a scheme, because a password may contain a comma. */
    private static final Pattern NEXT_NODE = Pattern.compile(",(?=redis[a-z-]*://)");

    private RedisAddress() {}

    /**
     * @param uri one or several URIs
     * @return the same without users, passwords and parameters
     */
    static String withoutSecrets(String uri) {
        return Arrays.stream(NEXT_NODE.split(uri)).map(RedisAddress::bare).collect(Collectors.joining(","));
    }

    private static String bare(String uri) {
        int scheme = uri.indexOf("://");
        String start = scheme < 0 ? "" : uri.substring(0, scheme + 3);
        String rest = uri.substring(start.length());
        String host = rest.substring(rest.lastIndexOf('@') + 1);
        return start + host.replaceFirst("[?#].*", "");
    }
}
