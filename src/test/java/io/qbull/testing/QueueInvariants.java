package io.qbull.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Invariants that hold for the data of every queue at any time, whatever happens to pods, connections and servers. Keys that begin with
 * {@code test:} belong to tests and are skipped.
 */
public final class QueueInvariants {
    private static final String NAME = "[A-Za-z0-9_.-]{1,100}";
    private static final Pattern STREAM = Pattern.compile("(" + NAME + ":\\d+)");
    private static final Pattern OF_PARTITION =
            Pattern.compile("\\{(" + NAME + ":\\d+)}:((?:held|delayed):[a-z]+|[a-z]+)(:.+)?");
    private static final Pattern OF_QUEUE = Pattern.compile("\\{(" + NAME + ")}:(met(?=:)|[a-z]+)(?:(?<=met):.+)?");
    private static final Map<String, String> QUEUE_TYPES = Map.of(
            "layout", "hash",
            "pods", "hash",
            "sources", "hash",
            "met", "set",
            "windows", "hash",
            "closed", "hash");
    private static final Map<String, String> PARTITION_TYPES = Map.ofEntries(
            Map.entry("lease", "hash"),
            Map.entry("dead", "stream"),
            Map.entry("seen", "zset"),
            Map.entry("attempts", "hash"),
            Map.entry("held", "hash"),
            Map.entry("held:jobs", "zset"),
            Map.entry("inbox", "stream"),
            Map.entry("delayed", "zset"),
            Map.entry("delayed:jobs", "hash"),
            Map.entry("delayed:ids", "zset"),
            Map.entry("call", "string"),
            Map.entry("source", "hash"),
            Map.entry("seal", "string"),
            Map.entry("started", "string"),
            Map.entry("moved", "string"),
            Map.entry("staged", "hash"),
            Map.entry("letters", "hash"),
            Map.entry("rerouted", "hash"),
            Map.entry("segment", "stream"));
    private static final Set<String> LEASE_FIELDS =
            Set.of("owner", "epoch", "expires", "ttl", "wanted", "window", "inflight", "doing", "done");
    private static final List<String> DEAD_TAIL = List.of("reason", "exception", "attempts", "failed_at", "epoch");
    private static final String SEGMENT = "[1-9]\\d*:\\d+";
    private static final int LONGEST_CALL_SECONDS = 3600;

    private final Map<String, Resp> servers = new HashMap<>();

    private QueueInvariants() {}

    /**
     * Checks all keys.
     *
     * @param servers a connection to each server that holds data: one, or the masters of a cluster
     * @throws AssertionError if an invariant is broken
     */
    public static void check(List<Resp> servers) {
        QueueInvariants invariants = new QueueInvariants();
        for (Resp server : servers) {
            for (Object key : server.list("KEYS", "*")) {
                invariants.servers.put((String) key, server);
            }
        }
        invariants.servers.keySet().stream()
                .filter(key -> !key.startsWith("test:"))
                .sorted()
                .forEach(invariants::key);
    }

    private void key(String key) {
        if (at(key).text("TYPE", key).equals("none")) {
            // It has expired since the keys were listed.
            return;
        }
        Matcher stream = STREAM.matcher(key);
        Matcher ofPartition = OF_PARTITION.matcher(key);
        Matcher ofQueue = OF_QUEUE.matcher(key);
        if (key.equals("qbull:queues")) {
            type(key, "set");
            for (Object queue : at(key).list("SMEMBERS", key)) {
                assertThat(servers).as("a queue that is listed was created").containsKey("{" + queue + "}:layout");
            }
        } else if (stream.matches()) {
            type(key, "stream");
        } else if (ofPartition.matches()) {
            String what = ofPartition.group(2);
            String kind = what.equals("staged") && ofPartition.group(3) != null ? "segment" : what;
            type(key, PARTITION_TYPES.getOrDefault(kind, "unknown"));
            partition(key, ofPartition.group(1), kind);
        } else if (ofQueue.matches()) {
            type(key, QUEUE_TYPES.getOrDefault(ofQueue.group(2), "unknown"));
            queue(key, ofQueue.group(2));
        } else {
            throw new AssertionError("key of unknown name: " + key);
        }
    }

    private void partition(String key, String partition, String what) {
        switch (what) {
            case "lease" -> lease(key);
            case "attempts" -> attempts(key, partition);
            case "dead" -> dead(key, partition);
            case "held", "held:jobs" -> held(partition);
            case "delayed", "delayed:jobs", "delayed:ids" -> delayed(partition);
            case "inbox" ->
                entries(key)
                        .values()
                        .forEach(fields -> assertThat(fields).as(key).contains("verb"));
            case "call" -> {
                assertThat(at(key).number("TTL", key)).as("lifetime of " + key).isBetween(1L, (long)
                        LONGEST_CALL_SECONDS);
                assertThat(at(key).text("GET", key))
                        .as(key)
                        .matches("\\d+ (layout|crowded|accepted( (\\d+-\\d+|-|\\+)(x\\d+)?)+)");
            }
            case "seen" ->
                assertThat(at(key).number("PTTL", key)).as("lifetime of " + key).isPositive();
            case "seal" -> assertThat(at(key).text("GET", key)).as(key).matches("[1-9]\\d* (open|closed)");
            case "started", "moved" ->
                assertThat(at(key).text("GET", key)).as(key).matches("[1-9]\\d*");
            case "staged" -> assertThat(hash(key).keySet()).as(key).allMatch(segment -> segment.matches(SEGMENT));
            case "rerouted" ->
                hash(key).values().forEach(last -> assertThat(last).as(key).matches("\\d+ \\d+ (\\d+-\\d+ ?)*"));
            case "letters" ->
                assertThat(hash(key).values()).as(key).allMatch(last -> last.matches("[1-9]\\d*( \\d+-\\d+)?"));
            case "segment" -> {
                Matcher segment =
                        Pattern.compile("(.*:staged):(" + SEGMENT + ")").matcher(key);
                assertThat(segment.matches()).as(key).isTrue();
                assertThat(hashIfThere(segment.group(1)))
                        .as("segments of " + key)
                        .containsKey(segment.group(2));
            }
            default -> assertThat(what).isEqualTo("source");
        }
    }

    private void queue(String key, String what) {
        if (what.equals("met")) {
            assertThat(at(key).number("PTTL", key)).as("lifetime of " + key).isPositive();
            assertThat(at(key).list("SMEMBERS", key))
                    .as(key)
                    .allMatch(index -> index.toString().matches("\\d+"));
            return;
        }
        Map<String, String> hash = hash(key);
        if (what.equals("layout")) {
            assertThat(hash)
                    .as(key)
                    .satisfiesAnyOf(
                            layout -> assertThat(layout).containsKeys("version", "partitions"),
                            layout -> assertThat(layout).containsKeys("next_version", "next_partitions"));
            hash.forEach((field, value) -> assertThat(value)
                    .as(field + " of " + key)
                    .matches(
                            switch (field.charAt(0)) {
                                case 'k' -> "xxh64|qbull-python";
                                case 'v' -> field.equals("version") ? "[1-9]\\d*" : "[1-9]\\d*( \\d{13} (\\d{13}|0))?";
                                default -> "(?s)[1-9]\\d*( \\d+ .*)?";
                            }));
        } else if (what.equals("pods")) {
            assertThat(hash.values())
                    .as(key)
                    .allMatch(
                            json -> json.matches(
                                    "\\{\"partitions\":\\[[0-9,]*],\"capacity\":\\d+(,\"most\":\\d+(,\"fair\":true)?)?,\"started\":\\d+,\"seen\":\\d+(,\"ttl\":\\d+)?"
                                            + "(,\"process\":\"[^\"]*\",\"before\":\"[^\"]*\"(,\"twin\":\"[^\"]*\",\"met\":\\d+)?)?}"));
        }
    }

    private void lease(String key) {
        Map<String, String> lease = hash(key);
        assertThat(lease.keySet()).as(key).isSubsetOf(LEASE_FIELDS).contains("owner", "epoch", "expires");
        assertThat(lease.get("epoch")).as("epoch of " + key).matches("[1-9]\\d*");
        assertThat(lease.get("expires")).as("expires of " + key).matches("\\d+");
        assertThat(lease.get("owner")).as("owner of " + key).matches("[A-Za-z0-9_.:-]+#[A-Za-z0-9]+");
        assertThat(lease.getOrDefault("wanted", "")).as("wanted of " + key).matches("|[A-Za-z0-9_.:-]+#[A-Za-z0-9]+");
        if (!retired(key)) {
            assertThat(at(key).number("TTL", key)).as("lifetime of " + key).isEqualTo(-1);
        }
    }

    /** Whether the keys of the partition go because the queue has fewer partitions. */
    private boolean retired(String lease) {
        String seal = lease.replaceFirst("lease$", "seal");
        return servers.containsKey(seal) && at(seal).number("PTTL", seal) >= 0;
    }

    private void attempts(String key, String partition) {
        Set<String> ids = new HashSet<>(entries(partition).keySet());
        heldJobs(partition).forEach(job -> ids.add(job.place()));
        hashIfThere("{" + partition + "}:staged")
                .keySet()
                .forEach(segment -> entries("{" + partition + "}:staged:" + segment)
                        .keySet()
                        .forEach(id -> ids.add(segment + "/" + id)));
        hash(key).forEach((id, count) -> {
            assertThat(ids).as("a job that has run is not done, in " + key).contains(id);
            assertThat(count).as(key).matches("\\d+(:\\d+:\\d{13})? \\d+ \\d+ \\d+");
        });
    }

    /** Each held job has a place of its own and a held key, and is no longer in the stream. Bundles are full and in order. */
    private void held(String partition) {
        String tag = "{" + partition + "}:held";
        Map<String, String> keys = hashIfThere(tag);
        List<HeldSet.Held> jobs = heldJobs(partition);
        assertThat(jobs.stream().map(HeldSet.Held::tag))
                .as("keys of held jobs, " + tag)
                .isSubsetOf(keys.keySet().stream().map(QueueInvariants::sha1).toList());
        assertThat(jobs.stream().map(HeldSet.Held::place))
                .as("places, " + tag)
                .doesNotHaveDuplicates()
                .allMatch(place -> place.matches("\\d{10}(:\\d{20}-\\d{20}:\\d+|;\\d{20}-\\d{20}:\\d+\\.\\d+)"));
        assertThat(keys.values()).allMatch(state -> state.matches("(?s)(-1|\\d+) \\d+ \\d+ .*"));
        Set<String> entries = entries(partition).keySet();
        String index = partition.substring(partition.lastIndexOf(':'));
        // Elsewhere, or in a segment, another job may have had the same id.
        jobs.stream()
                .filter(job -> job.place().charAt(10) == ':' && job.place().endsWith(index))
                .forEach(job -> assertThat(entries)
                        .as("a job is either held or in the stream")
                        .doesNotContain(job.streamId()));
        for (int i = 1; i < jobs.size(); i++) {
            int position = jobs.get(i).member().charAt(1) - '0';
            if (position > 1) {
                assertThat(jobs.get(i).place())
                        .as("order in a bundle")
                        .isGreaterThan(jobs.get(i - 1).place());
            }
        }
        assertThat(servers.containsKey(tag + ":jobs") ? HeldSet.count(at(tag + ":jobs"), tag + ":jobs") : 0)
                .as("jobs by number")
                .isEqualTo(jobs.size());
    }

    private List<HeldSet.Held> heldJobs(String partition) {
        String key = "{" + partition + "}:held:jobs";
        return servers.containsKey(key) ? HeldSet.read(at(key), key) : List.of();
    }

    private void delayed(String partition) {
        String tag = "{" + partition + "}:delayed";
        assertThat(members(tag))
                .as(tag)
                .containsExactlyInAnyOrderElementsOf(hashIfThere(tag + ":jobs").keySet());
        assertThat(members(tag + ":ids").stream().map(noted -> noted.substring(noted.indexOf('\0') + 1)))
                .as(tag)
                .containsExactlyInAnyOrderElementsOf(members(tag));
    }

    private List<String> members(String zset) {
        return servers.containsKey(zset) ? texts(at(zset).list("ZRANGE", zset, "0", "-1")) : List.of();
    }

    private Map<String, String> hashIfThere(String key) {
        return servers.containsKey(key) ? hash(key) : Map.of();
    }

    private static String sha1(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-1").digest(text.getBytes(StandardCharsets.ISO_8859_1)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private void dead(String key, String partition) {
        Set<String> living = new HashSet<>();
        entries(partition).values().forEach(fields -> living.addAll(identity(fields, 0)));
        entries(key).forEach((id, fields) -> {
            List<String> tail = new ArrayList<>();
            for (int i = Math.max(0, fields.size() - 2 * DEAD_TAIL.size()); i < fields.size(); i += 2) {
                tail.add(fields.get(i));
            }
            assertThat(tail).as("last fields of " + id + " in " + key).isEqualTo(DEAD_TAIL);
            identity(fields, 2 * DEAD_TAIL.size())
                    .forEach(job -> assertThat(living)
                            .as("a job is either dead or not, " + key)
                            .doesNotContain(job));
        });
    }

    /** What identifies a QBull job; nothing for a foreign entry, because two of them may be equal. */
    private static List<String> identity(List<String> fields, int tail) {
        if (fields.size() - tail < 8
                || !fields.get(0).equals("id")
                || !fields.get(4).equals("ts")) {
            return List.of();
        }
        return List.of(String.join("\n", fields.subList(0, 8)));
    }

    private Map<String, List<String>> entries(String stream) {
        Map<String, List<String>> entries = new LinkedHashMap<>();
        if (servers.containsKey(stream)) {
            for (Object entry : at(stream).list("XRANGE", stream, "-", "+")) {
                List<?> parts = (List<?>) entry;
                entries.put((String) parts.get(0), texts((List<?>) parts.get(1)));
            }
        }
        return entries;
    }

    private Map<String, String> hash(String key) {
        List<String> flat = texts(at(key).list("HGETALL", key));
        Map<String, String> hash = new LinkedHashMap<>();
        for (int i = 0; i < flat.size(); i += 2) {
            hash.put(flat.get(i), flat.get(i + 1));
        }
        return hash;
    }

    private static List<String> texts(List<?> items) {
        return items.stream().map(String::valueOf).toList();
    }

    /** One that has expired since the keys were listed has none. */
    private void type(String key, String expected) {
        assertThat(at(key).text("TYPE", key)).as("type of " + key).isIn(expected, "none");
    }

    private Resp at(String key) {
        Resp server = servers.get(key);
        if (server == null) {
            throw new AssertionError(key + " vanished during the check");
        }
        return server;
    }
}
