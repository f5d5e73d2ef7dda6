package io.qbull.store.redis.tables;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.Entry;
import io.qbull.model.Job;
import io.qbull.store.redis.client.Reply;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Any entry becomes a job or is undecodable, so that no entry can stop its partition. */
class EntryCodecFuzzTest {
    private static final int ENTRIES = 100_000;
    /** Is in every text of a seed; no reason may repeat it. */
    private static final String CONTENT = "c0nt3nt";

    private static final List<List<String>> SEEDS = List.of(
            List.of("id", CONTENT, "key", CONTENT, "ts", "1700000000000", "body", CONTENT),
            List.of(
                    "id",
                    CONTENT,
                    "key",
                    CONTENT,
                    "ts",
                    "1",
                    "body",
                    CONTENT,
                    "ct",
                    CONTENT,
                    "h",
                    "{\"c0nt3nt\":\"c0nt3nt\"}"),
            List.of("id", CONTENT, "key", CONTENT, "body", "", "h", "{\"a\":1e99,\"b\":true,\"c\":-17,\"d\":1.5}"),
            List.of(
                    "job",
                    "{\"job_id\": \"c0nt3nt\", \"published_at\": \"2026-01-02T03:04:05+00:00\", \"to\": \"c0nt3nt\"}"),
            List.of("job", "{\"job_id\": 17, \"partition_id\": 573205104418, \"c0nt3nt\": [NaN, {\"\\ud83d\": null}]}"),
            List.of("job", CONTENT),
            List.of(CONTENT, CONTENT, "to", CONTENT));
    private static final List<String> PIECES = List.of(
            "id",
            "key",
            "ts",
            "body",
            "ct",
            "h",
            "job",
            "job_id",
            "partition_id",
            "to",
            "{",
            "}",
            "[",
            "]",
            "\"",
            ":",
            ",",
            "\\u",
            "\\",
            "null",
            "1e999999999",
            "-",
            "NaN",
            "\u0000",
            "\n",
            "é",
            "😀",
            "{}",
            "[[[[",
            "9".repeat(1200),
            "");

    @Test
    void random_and_mutated_entries_are_jobs_or_undecodable() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("EntryCodecFuzzTest -Dseed=" + seed);
        Random random = new Random(seed);
        int[] ends = new int[2];
        for (int i = 0; i < ENTRIES; i++) {
            List<Object> fields = random.nextInt(8) == 0 ? noise(random) : mutated(random);
            String attempts = random.nextInt(50) == 0 ? CONTENT : attempts(random);
            Entry entry;
            try {
                entry = EntryCodec.decode("1700000000000-" + i, new Reply("test", fields), attempts);
            } catch (RuntimeException | StackOverflowError e) {
                throw new AssertionError("entry " + i + " of seed " + seed + ": " + shown(fields), e);
            }
            assertThat(entry)
                    .as("entry %d of seed %d: %s", i, seed, shown(fields))
                    .isEqualTo(EntryCodec.decode("1700000000000-" + i, new Reply("test", turned(fields)), attempts));
            check(entry, "entry " + i + " of seed " + seed + ": " + shown(fields));
            ends[entry instanceof Entry.Decoded ? 0 : 1]++;
        }
        assertThat(ends[0]).as("jobs").isGreaterThan(ENTRIES / 100);
        assertThat(ends[1]).as("undecodable").isGreaterThan(ENTRIES / 100);
    }

    /** In another order, which means the same as long as no name is there twice. */
    private static List<Object> turned(List<Object> fields) {
        long names = IntStream.range(0, fields.size() / 2)
                .mapToObj(i -> new String((byte[]) fields.get(2 * i), StandardCharsets.ISO_8859_1))
                .distinct()
                .count();
        if (2 * names != fields.size()) {
            return fields;
        }
        List<Object> turned = new ArrayList<>(fields.subList(2, fields.size()));
        turned.addAll(fields.subList(0, 2));
        return turned;
    }

    /** Of a job that has failed, or has not. */
    private static String attempts(Random random) {
        String failures =
                random.nextBoolean() ? "0" : random.nextInt(9) + ":" + random.nextInt(9) + ":" + random.nextInt(9);
        return failures + " " + random.nextInt(9) + " " + random.nextInt(9) + " " + random.nextInt(9);
    }

    private static void check(Entry entry, String which) {
        if (entry instanceof Entry.Undecodable broken) {
            assertThat(broken.reason())
                    .as(which)
                    .matches("[a-zA-Z0-9 ,-]{5,100}")
                    .doesNotContain(CONTENT);
        } else if (entry instanceof Entry.Decoded decoded) {
            Job job = decoded.job();
            assertThat(job.key()).as(which).isNotEmpty();
            assertThat(job.body()).as(which).isInstanceOfAny(byte[].class, Map.class);
        }
    }

    private static List<Object> noise(Random random) {
        List<Object> fields = new ArrayList<>();
        for (int i = 2 * (1 + random.nextInt(4)); i > 0; i--) {
            byte[] bytes = new byte[random.nextInt(20)];
            random.nextBytes(bytes);
            fields.add(bytes);
        }
        return fields;
    }

    private static List<Object> mutated(Random random) {
        List<Object> fields = new ArrayList<>();
        for (String text : SEEDS.get(random.nextInt(SEEDS.size()))) {
            fields.add(bytes(text));
        }
        for (int mutations = random.nextInt(4); mutations > 0; mutations--) {
            int at = random.nextInt(fields.size());
            switch (random.nextInt(5)) {
                case 0 -> fields.set(at, spliced((byte[]) fields.get(at), random));
                case 1 -> fields.set(at, flipped((byte[]) fields.get(at), random));
                case 2 -> fields.set(at, cut((byte[]) fields.get(at), random));
                case 3 -> fields.addAll(List.of(piece(random), piece(random)));
                default -> {
                    if (fields.size() > 2) {
                        fields.subList(at / 2 * 2, at / 2 * 2 + 2).clear();
                    }
                }
            }
        }
        return fields;
    }

    private static byte[] spliced(byte[] bytes, Random random) {
        int at = random.nextInt(bytes.length + 1);
        byte[] piece = piece(random);
        byte[] whole = Arrays.copyOf(bytes, bytes.length + piece.length);
        System.arraycopy(piece, 0, whole, at, piece.length);
        System.arraycopy(bytes, at, whole, at + piece.length, bytes.length - at);
        return whole;
    }

    private static byte[] flipped(byte[] bytes, Random random) {
        byte[] other = bytes.clone();
        if (other.length > 0) {
            other[random.nextInt(other.length)] = (byte) random.nextInt(256);
        }
        return other;
    }

    private static byte[] cut(byte[] bytes, Random random) {
        return Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
    }

    private static byte[] piece(Random random) {
        return bytes(PIECES.get(random.nextInt(PIECES.size())));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static List<String> shown(List<Object> fields) {
        return fields.stream()
                .map(bytes -> new String((byte[]) bytes, StandardCharsets.ISO_8859_1))
                .toList();
    }
}
