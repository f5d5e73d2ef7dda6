package io.qbull.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import net.jpountz.xxhash.XXHash64;
import net.jpountz.xxhash.XXHashFactory;
import org.junit.jupiter.api.Test;

class KeyHashTest {
    private static final XXHash64 LIBRARY = XXHashFactory.safeInstance().hash64();

    @Test
    void hashes_match_the_published_values() {
        assertThat(KeyHash.XXH64.hash("")).isEqualTo(0xEF46DB3751D8E999L);
        assertThat(KeyHash.XXH64.hash("a")).isEqualTo(0xD24EC4F1A98C6E5BL);
        assertThat(KeyHash.XXH64.hash("abc")).isEqualTo(0x44BC2CF5AD770999L);
    }

    @Test
    void random_bytes_of_every_length_hash_as_in_the_library() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("KeyHashTest -Dseed=" + seed);
        Random random = new Random(seed);
        for (int length = 0; length < 400; length++) {
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            assertThat(Xxh64.hash(bytes))
                    .as("length %d, seed %d", length, seed)
                    .isEqualTo(LIBRARY.hash(bytes, 0, length, 0));
        }
    }

    @Test
    void random_texts_hash_by_their_utf_8_bytes() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("KeyHashTest -Dseed=" + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 2000; i++) {
            String key = random.ints(random.nextInt(60), 1, 0xD800)
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString();
            byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
            assertThat(KeyHash.XXH64.hash(key))
                    .as("'%s', seed %d", key, seed)
                    .isEqualTo(LIBRARY.hash(bytes, 0, bytes.length, 0));
        }
    }

    @Test
    void the_hash_is_unsigned_when_it_selects_a_partition() {
        QueueName queue = new QueueName("Q");
        Layout layout = new Layout(1, 10);
        // 0xEF46… is negative as a signed number; its unsigned remainder by 10 is 1.
        assertThat(Long.toUnsignedString(KeyHash.XXH64.hash(""))).endsWith("1");
        assertThat(layout.partitionOf(queue, KeyHash.XXH64, "")).isEqualTo(new PartitionId(queue, 1));
    }

    @Test
    void keys_spread_over_all_partitions() {
        Layout layout = new Layout(1, 16);
        int[] jobs = new int[16];
        for (int i = 0; i < 16_000; i++) {
            jobs[
                    layout.partitionOf(new QueueName("Q"), KeyHash.XXH64, "57320510" + i)
                            .index()]++;
        }
        assertThat(Arrays.stream(jobs).boxed()).allMatch(count -> count > 800 && count < 1200);
    }
}
