package io.qbull.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The whole content of a server, so that a test can compare it before and after. */
public final class RedisState {
    private RedisState() {}

    /**
     * @param server a connection to it
     * @return key to content: a text, a sorted map for hashes and sorted sets, a sorted list for sets, and for streams a
     *     list of lists (id, then names and values in turn)
     */
    public static Map<String, Object> read(Resp server) {
        Map<String, Object> state = new TreeMap<>();
        for (Object key : server.list("KEYS", "*")) {
            state.put((String) key, value(server, (String) key));
        }
        return state;
    }

    private static Object value(Resp server, String key) {
        String type = server.text("TYPE", key);
        return switch (type) {
            case "string" -> server.text("GET", key);
            case "hash" -> pairs(server.list("HGETALL", key));
            case "zset" -> pairs(server.list("ZRANGE", key, "0", "-1", "WITHSCORES"));
            case "set" -> texts(server.list("SMEMBERS", key)).stream().sorted().toList();
            case "stream" ->
                server.list("XRANGE", key, "-", "+").stream()
                        .map(entry -> flat((List<?>) entry))
                        .toList();
            default -> throw new IllegalStateException(key + " is a " + type);
        };
    }

    private static List<String> flat(List<?> entry) {
        List<String> flat = new ArrayList<>();
        flat.add((String) entry.get(0));
        flat.addAll(texts((List<?>) entry.get(1)));
        return flat;
    }

    private static Map<String, String> pairs(List<?> flat) {
        Map<String, String> pairs = new TreeMap<>();
        for (int i = 0; i < flat.size(); i += 2) {
            pairs.put(String.valueOf(flat.get(i)), String.valueOf(flat.get(i + 1)));
        }
        return pairs;
    }

    private static List<String> texts(List<?> items) {
        return items.stream().map(String::valueOf).toList();
    }
}
