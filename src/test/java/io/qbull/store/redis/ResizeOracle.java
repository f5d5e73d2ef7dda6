package io.qbull.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.Layout;
import io.qbull.model.Segment;
import io.qbull.testing.HeldSet;
import io.qbull.testing.Resp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What was added, and whether all of it is where it belongs after the resizes: once, in order, with its attempts and times. */
final class ResizeOracle {
    private static final Pattern JOB = Pattern.compile("\"job_id\": \"(j\\d+)\".*\"partition_id\": \"([^\"]+)\".*");
    private static final String DELAYED_JOBS = """
        local jobs = {}
        for i, member in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
          jobs[i] = {member, cmsgpack.unpack(redis.call('HGET', KEYS[2], member))}
        end
        return jobs\
        """;

    private final Map<String, List<String>> order = new TreeMap<>();
    /** Key to 'time id' in the order in which the jobs are due. */
    private final Map<String, List<String>> delayed = new TreeMap<>();

    private final Map<String, String> foreign = new TreeMap<>();
    private final Map<String, Integer> attempts = new TreeMap<>();

    void added(String key, String id, @Nullable Instant due) {
        if (due == null) {
            order.computeIfAbsent(key, each -> new ArrayList<>()).add(id);
        } else {
            delayed.computeIfAbsent(key, each -> new ArrayList<>()).add(due.toEpochMilli() + " " + id);
        }
    }

    void addedForeign(String number, String streamId) {
        foreign.put(number, streamId);
    }

    void failed(String key, int count) {
        attempts.put(key, count);
    }

    /** A job of a segment has ended: it was the first of its key. */
    void finished(List<?> entry) {
        Map<String, String> fields = map((List<?>) entry.get(1));
        String number = fields.get("n");
        if (number == null) {
            String key = key(fields);
            List<String> waiting = order.getOrDefault(key, List.of());
            assertThat(waiting).as("jobs of %s", key).startsWith(id(fields));
            waiting.remove(0);
            attempts.remove(key);
            order.values().removeIf(List::isEmpty);
        } else {
            assertThat(foreign.remove(number)).as("foreign entry %s", number).isEqualTo(fields.get("@id"));
        }
    }

    /** A job that was found; fields with a leading @ included. */
    private record Found(int partition, String place, Map<String, String> fields) {}

    void check(Resp resp, Layout layout, int mostPartitions) {
        Map<String, List<String>> seen = new TreeMap<>();
        Map<String, List<String>> due = new TreeMap<>();
        Map<String, String> strangers = new TreeMap<>();
        for (int p = 0; p < mostPartitions; p++) {
            int partition = p;
            for (Found each : log(resp, p)) {
                String number = each.fields.get("n");
                if (number == null) {
                    String key = key(each.fields);
                    assertThat(layout.indexOf(ResizeDriver.HASH, key))
                            .as("partition of %s", key)
                            .isEqualTo(partition);
                    seen.computeIfAbsent(key, k -> new ArrayList<>()).add(id(each.fields));
                    checkAttempts(
                            resp, key, each, seen.getOrDefault(key, List.of()).size() == 1);
                } else {
                    assertThat(strangers.put(number, each.fields.getOrDefault("@id", each.place)))
                            .as("foreign entry %s", number)
                            .isNull();
                }
            }
            delayed(resp, p, layout, due);
        }
        assertThat(seen).as("each job once, in order").isEqualTo(order);
        delayed.values().forEach(jobs -> jobs.sort(Comparator.comparingLong(ResizeOracle::time)));
        assertThat(due).as("delayed jobs").isEqualTo(delayed);
        assertThat(strangers).as("foreign entries").isEqualTo(foreign);
    }

    private static long time(String dueAndId) {
        return Long.parseLong(dueAndId.substring(0, dueAndId.indexOf(' ')));
    }

    /** The held jobs by key and place, then the segments, then the own stream. */
    private static List<Found> log(Resp resp, int partition) {
        String tag = "{Q:" + partition + "}:";
        List<Found> found = new ArrayList<>();
        HeldSet.read(resp, tag + "held:jobs").stream()
                .sorted(Comparator.comparing(HeldSet.Held::tag).thenComparing(HeldSet.Held::place))
                .forEach(job -> found.add(new Found(partition, job.place(), map(job.fields()))));
        resp.list("HKEYS", tag + "staged").stream()
                .map(text -> Segment.parse((String) text))
                .sorted()
                .forEach(segment -> found.addAll(stream(resp, partition, tag + "staged:" + segment)));
        found.addAll(stream(resp, partition, "Q:" + partition));
        return found;
    }

    private static List<Found> stream(Resp resp, int partition, String stream) {
        List<Found> found = new ArrayList<>();
        for (Object entry : resp.list("XRANGE", stream, "-", "+")) {
            List<?> parts = (List<?>) entry;
            Map<String, String> fields = map((List<?>) parts.get(1));
            if (!fields.containsKey("@marker")) {
                found.add(new Found(partition, (String) parts.get(0), fields));
            }
        }
        return found;
    }

    private static Map<String, String> map(List<?> flat) {
        Map<String, String> fields = new HashMap<>();
        for (int i = 0; i < flat.size(); i += 2) {
            fields.put((String) flat.get(i), (String) flat.get(i + 1));
        }
        return fields;
    }

    private static String key(Map<String, String> fields) {
        return fields.containsKey("job") ? original(fields).group(2) : fields.getOrDefault("key", "");
    }

    private static String id(Map<String, String> fields) {
        return fields.containsKey("job") ? original(fields).group(1) : fields.getOrDefault("id", "");
    }

    private static Matcher original(Map<String, String> fields) {
        Matcher job = JOB.matcher(fields.getOrDefault("job", ""));
        assertThat(job.find()).as("%s", fields).isTrue();
        return job;
    }

    /** The first job of a key that has failed has its attempts, and the key its state, wherever they lie. */
    private void checkAttempts(Resp resp, String key, Found job, boolean first) {
        String tag = "{Q:" + job.partition + "}:";
        boolean held = job.place.contains(":");
        String counted = held ? (String) resp.call("HGET", tag + "attempts", job.place) : job.fields.get("@at");
        String state = held && first ? (String) resp.call("HGET", tag + "held", key) : job.fields.get("@held");
        Integer expected = first ? attempts.get(key) : null;
        if (expected == null) {
            assertThat(counted).as("attempts of a job of %s", key).isNull();
            assertThat(state).as("state of %s", key).isNull();
        } else {
            assertThat(counted).as("attempts of %s", key).startsWith(expected + ":" + expected + ":");
            assertThat(state)
                    .as("state of %s", key)
                    .endsWith(" reason of " + key)
                    .contains(" " + expected + " ");
        }
    }

    private static void delayed(Resp resp, int partition, Layout layout, Map<String, List<String>> due) {
        String tag = "{Q:" + partition + "}:";
        for (Object each : resp.list("EVAL", DELAYED_JOBS, "2", tag + "delayed", tag + "delayed:jobs")) {
            List<?> job = (List<?>) each;
            String member = (String) job.get(0);
            List<?> stored = (List<?>) job.get(1);
            Map<String, String> fields = map((List<?>) stored.get(1));
            String key = key(fields);
            assertThat(layout.indexOf(ResizeDriver.HASH, key))
                    .as("partition of a delayed job of %s", key)
                    .isEqualTo(partition);
            assertThat(stored.get(0)).isEqualTo(id(fields));
            due.computeIfAbsent(key, k -> new ArrayList<>())
                    .add(member.substring(0, member.indexOf('-')) + " " + stored.get(0));
        }
    }
}
