package io.qbull.store.redis;

import static io.qbull.store.redis.Seed.QUEUE;
import static io.qbull.testing.Waiting.failure;
import static io.qbull.testing.Waiting.get;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.model.Capacity;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.PartitionId;
import io.qbull.model.PodId;
import io.qbull.store.Inspector.QueueStatus;
import io.qbull.store.LayoutTable;
import io.qbull.store.LayoutTable.LivingPod;
import io.qbull.store.LayoutTable.Pod;
import io.qbull.store.LayoutTable.PodsView;
import io.qbull.store.StoreException;
import io.qbull.store.redis.schema.Script;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.RedisState;
import io.qbull.testing.Resp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Creating queues and knowing pods, by the whole state before and after. */
@Tag("redis")
class LayoutScriptsTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final PodId POD = new PodId("pod-1");
    private static final Duration STALE = Duration.ofSeconds(30);

    private Resp resp;
    private LayoutTable layouts;

    @BeforeEach
    void open() {
        resp = REDIS.resp();
        layouts = REDIS.store().layouts();
    }

    @Test
    void a_queue_is_created_with_all_its_partitions_open() {
        assertThat(get(layouts.createIfAbsent(QUEUE, 3, KeyHash.XXH64))).isEqualTo(new Layout(1, 3));
        assertThat(RedisState.read(resp)).isEqualTo(created(3));
    }

    @Test
    void a_queue_that_exists_keeps_its_layout() {
        get(layouts.createIfAbsent(QUEUE, 3, KeyHash.XXH64));
        Map<String, Object> before = RedisState.read(resp);
        assertThat(get(layouts.createIfAbsent(QUEUE, 8, KeyHash.XXH64))).isEqualTo(new Layout(1, 3));
        assertThat(RedisState.read(resp)).isEqualTo(before);
    }

    @Test
    void a_partition_with_a_key_of_another_type_is_not_opened_and_the_key_is_named() {
        resp.call("RPUSH", "{Q:0}:started", "1");
        assertThat(failure(layouts.createIfAbsent(QUEUE, 1, KeyHash.XXH64)))
                .isInstanceOf(StoreException.Misconfigured.class)
                .hasMessage("{Q:0}:started is of type list instead of string; it must be renamed or deleted");
        assertThat(resp.call("GET", "{Q:0}:seal")).isNull();
        // What is left breaks the rules of the keys on purpose.
        resp.call("FLUSHALL");
    }

    @Test
    void what_says_that_a_partition_is_open_is_put_back_when_it_is_lost() {
        get(layouts.createIfAbsent(QUEUE, 3, KeyHash.XXH64));
        Map<String, Object> whole = RedisState.read(resp);
        PartitionId partition = new PartitionId(QUEUE, 1);
        assertThat(get(layouts.open(partition, 1))).isFalse();
        for (String key : List.of("{Q:1}:seal", "{Q:1}:started")) {
            resp.call("DEL", key);
            assertThat(get(layouts.open(partition, 1))).as(key).isTrue();
            assertThat(RedisState.read(resp)).isEqualTo(whole);
            resp.call("SET", key, "");
            assertThat(get(layouts.open(partition, 1))).as(key).isTrue();
            assertThat(RedisState.read(resp)).isEqualTo(whole);
        }
    }

    @Test
    void an_opening_never_lowers_what_a_resize_has_sealed_or_started() {
        get(layouts.createIfAbsent(QUEUE, 3, KeyHash.XXH64));
        resp.call("MSET", "{Q:0}:seal", "2 closed", "{Q:1}:seal", "2 open", "{Q:1}:started", "2");
        Map<String, Object> before = RedisState.read(resp);
        assertThat(get(layouts.open(new PartitionId(QUEUE, 0), 1))).isFalse();
        assertThat(get(layouts.open(new PartitionId(QUEUE, 1), 1))).isFalse();
        assertThat(get(layouts.open(new PartitionId(QUEUE, 1), 2))).isFalse();
        assertThat(RedisState.read(resp)).isEqualTo(before);
        resp.call("DEL", "{Q:1}:seal");
        before = RedisState.read(resp);
        assertThat(get(layouts.open(new PartitionId(QUEUE, 1), 1)))
                .as("late, and the seal was lost")
                .isFalse();
        assertThat(RedisState.read(resp)).isEqualTo(before);
        assertThat(get(layouts.open(new PartitionId(QUEUE, 1), 3))).isTrue();
        assertThat(resp.text("GET", "{Q:1}:started"))
                .as("known to the resize alone")
                .isEqualTo("2");
    }

    @Test
    void a_queue_that_is_missing_in_the_list_is_listed_again() {
        get(layouts.createIfAbsent(QUEUE, 3, KeyHash.XXH64));
        resp.call("DEL", "qbull:queues");
        get(layouts.createIfAbsent(QUEUE, 3, KeyHash.XXH64));
        assertThat(RedisState.read(resp)).isEqualTo(created(3));
    }

    @Test
    void a_creation_that_stopped_anywhere_is_finished_by_the_next_caller() {
        for (int step = 0; step <= 5; step++) {
            resp.call("FLUSHALL");
            layouts = REDIS.store().layouts();
            resp.call("HSET", "{Q}:layout", "next_version", "1", "next_partitions", "3");
            for (int p = 0; p < Math.min(step, 3); p++) {
                resp.call("SET", "{Q:" + p + "}:seal", "1 open");
                if (p < step - 1) {
                    resp.call("SET", "{Q:" + p + "}:started", "1");
                }
            }
            if (step == 5) {
                resp.call("SADD", "qbull:queues", "Q");
            }
            assertThat(get(layouts.createIfAbsent(QUEUE, 8, KeyHash.XXH64)))
                    .as("step %d", step)
                    .isEqualTo(new Layout(1, 3));
            assertThat(RedisState.read(resp)).as("step %d", step).isEqualTo(created(3));
        }
    }

    @Test
    void of_many_pods_that_create_at_once_with_different_wishes_one_wins() {
        List<CompletionStage<Layout>> all = new ArrayList<>();
        for (int pod = 1; pod <= 8; pod++) {
            all.add(REDIS.store().layouts().createIfAbsent(QUEUE, pod, KeyHash.XXH64));
        }
        Layout won = get(all.get(0));
        all.forEach(each -> assertThat(get(each)).isEqualTo(won));
        assertThat(RedisState.read(resp)).isEqualTo(created(won.partitions()));
    }

    @Test
    void a_pod_that_maps_keys_in_another_way_is_refused_and_changes_nothing() {
        get(layouts.createIfAbsent(QUEUE, 3, KeyHash.XXH64));
        Map<String, Object> before = RedisState.read(resp);
        assertThat(failure(layouts.createIfAbsent(QUEUE, 3, KeyHash.QBULL_PYTHON)))
                .isInstanceOf(StoreException.Misconfigured.class)
                .hasMessage(
                        "queue Q has keyHash=xxh64 on record and this pod keyHash=qbull-python, so it would break the"
                                + " order of keys; it works on this queue once both are the same");
        assertThat(RedisState.read(resp)).isEqualTo(before);
        assertThat(get(layouts.keyHash(QUEUE))).contains(KeyHash.XXH64);
    }

    @Test
    void of_pods_that_create_a_queue_at_once_and_map_keys_differently_one_way_wins() {
        List<CompletionStage<Layout>> all = new ArrayList<>();
        for (int pod = 0; pod < 8; pod++) {
            all.add(REDIS.store()
                    .layouts()
                    .createIfAbsent(QUEUE, 3, pod % 2 == 0 ? KeyHash.XXH64 : KeyHash.QBULL_PYTHON));
        }
        List<Boolean> won = all.stream()
                .map(each -> get(each.handle((layout, failure) -> failure == null)))
                .toList();
        assertThat(won.get(0)).isNotEqualTo(won.get(1));
        for (int pod = 2; pod < 8; pod++) {
            assertThat(won.get(pod)).as("pod %d", pod).isEqualTo(won.get(pod % 2));
        }
    }

    @Test
    void a_layout_without_a_record_takes_the_way_of_the_first_pod() {
        earlierLayout(3);
        get(layouts.createIfAbsent(QUEUE, 3, KeyHash.QBULL_PYTHON));
        assertThat(get(layouts.keyHash(QUEUE))).contains(KeyHash.QBULL_PYTHON);
        assertThat(failure(layouts.createIfAbsent(QUEUE, 3, KeyHash.XXH64)))
                .hasMessageContaining("keyHash=qbull-python on record");
    }

    @Test
    void a_layout_without_a_record_does_not_take_a_way_that_its_jobs_contradict() {
        earlierLayout(8);
        Layout layout = new Layout(1, 8);
        for (int i = 0; i < 20; i++) {
            String stream = "Q:" + layout.indexOf(KeyHash.QBULL_PYTHON, "key" + i);
            resp.call("XADD", stream, "*", "id", "j" + i, "key", "key" + i, "ts", "1", "body", "b");
        }
        assertThat(failure(layouts.createIfAbsent(QUEUE, 8, KeyHash.XXH64)))
                .isInstanceOf(StoreException.Misconfigured.class)
                .hasMessage(
                        "the jobs of queue Q lie where keyHash=qbull-python puts them, and this pod has keyHash=xxh64; set"
                                + " it to qbull-python, or field key_hash of {Q}:layout to xxh64");
        assertThat(get(layouts.keyHash(QUEUE))).isEmpty();
        get(layouts.createIfAbsent(QUEUE, 8, KeyHash.QBULL_PYTHON));
        assertThat(get(layouts.keyHash(QUEUE))).contains(KeyHash.QBULL_PYTHON);
    }

    /** As it was made before key hashes were recorded. */
    private void earlierLayout(int partitions) {
        resp.call("HSET", "{Q}:layout", "version", "1", "partitions", Integer.toString(partitions));
    }

    @Test
    void a_server_that_may_evict_data_is_refused_before_anything_is_written() {
        resp.call("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
        assertThat(failure(layouts.createIfAbsent(QUEUE, 3, KeyHash.XXH64)))
                .isInstanceOf(StoreException.Misconfigured.class)
                .hasMessageContaining("maxmemory-policy allkeys-lru")
                .hasMessageContaining("noeviction");
        assertThat(failure(REDIS.store().check())).isInstanceOf(StoreException.Misconfigured.class);
        assertThat(RedisState.read(resp)).isEmpty();
        resp.call("CONFIG", "SET", "maxmemory-policy", "noeviction");
        get(REDIS.store().check());
    }

    @Test
    void a_layout_that_cannot_be_read_is_an_error() {
        resp.call("HSET", "{Q}:layout", "version", "1", "partitions", "99999");
        assertThat(failure(layouts.createIfAbsent(QUEUE, 3, KeyHash.XXH64)))
                .isInstanceOf(StoreException.Misconfigured.class);
    }

    @Test
    void pods_see_each_other() {
        long before = new Seed(resp).now();
        PodsView alone = register(layouts);
        assertThat(alone.pods()).containsExactly(new LivingPod(POD, new Capacity(4, 4)));
        assertThat(alone.process()).startsWith(ProcessHandle.current().pid() + "@");
        assertThat(alone.twin()).isEmpty();
        Pod me = shown().get(0);
        assertThat(me)
                .isEqualTo(new Pod(
                        POD,
                        4,
                        List.of(),
                        me.startedAtMillis(),
                        me.seenAtMillis(),
                        alone.process(),
                        "",
                        new Capacity(4, 4),
                        me.staleAtMillis()));
        assertThat(me.staleAtMillis()).isGreaterThan(me.seenAtMillis());
        assertThat(me.startedAtMillis()).isBetween(before, new Seed(resp).now()).isEqualTo(me.seenAtMillis());
        assertThat(resp.text("HGET", "{Q}:pods", "pod-1"))
                .isEqualTo("{\"partitions\":[],\"capacity\":4,\"most\":4,\"started\":" + me.startedAtMillis()
                        + ",\"seen\":" + me.seenAtMillis() + ",\"ttl\":30000,\"process\":\"" + me.process()
                        + "\",\"before\":\"\"}");
        PodsView both = get(
                layouts.register(QUEUE, new PodId("pod-2"), new Capacity(2, 2), List.of(0, 11), STALE, PodsView.NONE));
        assertThat(both.pods())
                .containsExactly(
                        new LivingPod(POD, new Capacity(4, 4)), new LivingPod(new PodId("pod-2"), new Capacity(2, 2)));
        assertThat(shown())
                .filteredOn(pod -> !pod.id().equals(POD))
                .first()
                .satisfies(pod -> assertThat(pod.owned()).containsExactly(0, 11));
    }

    @Test
    void a_pod_hears_of_joins_and_leaves_at_once_and_of_capacities_when_it_asks() {
        PodId other = new PodId("pod-2");
        PodsView alone = register(layouts);
        assertThat(register(alone)).isSameAs(alone);
        get(layouts.register(QUEUE, other, new Capacity(2, 2), List.of(), STALE, PodsView.NONE));
        PodsView both = register(alone);
        assertThat(both.pods())
                .containsExactly(new LivingPod(POD, new Capacity(4, 4)), new LivingPod(other, new Capacity(2, 2)));
        get(layouts.register(QUEUE, other, new Capacity(3, 3), List.of(0, 1), STALE, both));
        assertThat(register(both)).isSameAs(both);
        assertThat(register(PodsView.NONE).pods())
                .containsExactly(new LivingPod(POD, new Capacity(4, 4)), new LivingPod(other, new Capacity(3, 3)));
        get(layouts.unregister(QUEUE, other));
        assertThat(register(both).pods()).isEqualTo(alone.pods());
    }

    @Test
    void a_refresh_costs_the_same_however_many_pods_there_are() {
        int lone = size(answer("1"));
        for (int n = 0; n < 200; n++) {
            seen("other-" + n, n % 10);
        }
        List<?> all = answer("1");
        assertThat((List<?>) all.get(4)).hasSize(2 * 201);
        resp.call("CONFIG", "RESETSTAT");
        assertThat(size(answer(String.valueOf(all.get(1))))).isEqualTo(lone);
        // Reads and writes nothing but the pod's own entry.
        assertThat(resp.text("INFO", "commandstats").lines().map(line -> line.replaceAll("^cmdstat_|,usec.*", "")))
                .filteredOn(line -> line.startsWith("h"))
                .containsExactlyInAnyOrder("hget:calls=1", "hset:calls=1", "hlen:calls=1");
    }

    @Test
    void a_refresh_changes_only_what_the_pod_says_of_itself() {
        PodsView first = register(layouts);
        String before = resp.text("HGET", "{Q}:pods", "pod-1");
        register(first);
        String after = resp.text("HGET", "{Q}:pods", "pod-1");
        assertThat(after.replaceFirst("\"seen\":\\d+", "")).isEqualTo(before.replaceFirst("\"seen\":\\d+", ""));
    }

    @Test
    void a_pod_of_the_last_release_and_one_of_this_see_each_other() {
        // As the last release wrote it, and as it judged the others: by what they say of themselves.
        long now = new Seed(resp).now();
        resp.call(
                "HSET",
                "{Q}:pods",
                "old",
                "{\"partitions\":[],\"capacity\":7,\"started\":1,\"seen\":" + now
                        + ",\"ttl\":15000,\"process\":\"x\",\"before\":\"\"}");
        assertThat(register(layouts).pods())
                .contains(new LivingPod(new PodId("old"), new Capacity(7, Layout.MOST_PARTITIONS)));
        assertThat(resp.text("HGET", "{Q}:pods", "pod-1"))
                .containsPattern("\"capacity\":4,\"most\":4,\"started\":\\d+,\"seen\":\\d+,\"ttl\":30000,");
    }

    @Test
    void a_pod_that_registers_again_keeps_the_time_of_its_start() {
        resp.call(
                "HSET",
                "{Q}:pods",
                "pod-1",
                "{\"partitions\":[1],\"capacity\":4,\"started\":1000,\"seen\":" + (new Seed(resp).now() - 5_000) + "}");
        get(layouts.register(QUEUE, POD, new Capacity(5, 5), List.of(1, 2), STALE, PodsView.NONE));
        Pod me = shown().get(0);
        assertThat(me.startedAtMillis()).isEqualTo(1000);
        assertThat(me.capacity()).isEqualTo(5);
        assertThat(me.owned()).containsExactly(1, 2);
    }

    @Test
    void a_process_that_was_restarted_has_no_twin() {
        LayoutTable restarted = REDIS.store(REDIS.settings()).layouts();
        register(layouts);
        register(layouts);
        for (int round = 0; round < 3; round++) {
            assertThat(register(restarted).twin()).isEmpty();
        }
    }

    @Test
    void two_processes_that_register_under_one_name_are_twins() {
        LayoutTable other = REDIS.store(REDIS.settings()).layouts();
        String one = register(layouts).process();
        // The other one may register more often.
        register(other);
        String two = register(other).process();
        for (int round = 0; round < 3; round++) {
            assertThat(register(layouts))
                    .extracting(PodsView::process, PodsView::twin)
                    .containsExactly(one, two);
            assertThat(register(other))
                    .extracting(PodsView::process, PodsView::twin)
                    .containsExactly(two, one);
        }
    }

    @Test
    void a_twin_that_was_not_seen_for_long_is_forgotten() {
        String entry = "{\"partitions\":[],\"capacity\":4,\"started\":1,\"seen\":%d,\"process\":\"x\",\"before\":\"y\","
                + "\"twin\":\"z\",\"met\":%d}";
        long now = new Seed(resp).now();
        resp.call("HSET", "{Q}:pods", "pod-1", entry.formatted(now, now - 119_000));
        assertThat(register(layouts).twin()).isEqualTo("z");
        resp.call("HSET", "{Q}:pods", "pod-1", entry.formatted(now, now - 121_000));
        assertThat(register(layouts).twin()).isEqualTo("");
    }

    @Test
    void pods_that_are_silent_or_cannot_be_read_are_forgotten() {
        resp.call(
                "HSET",
                "{Q}:pods",
                "silent",
                "{\"partitions\":[],\"capacity\":4,\"started\":1,\"seen\":" + (new Seed(resp).now() - 31_000) + "}");
        resp.call("HSET", "{Q}:pods", "broken", "{", "empty", "", "odd", "{\"seen\":\"x\"}", "list", "[]");
        assertThat(register(layouts).pods()).extracting(LivingPod::id).containsExactly(POD);
        @SuppressWarnings("unchecked")
        Map<String, String> pods =
                (Map<String, String>) requireNonNull(RedisState.read(resp).get("{Q}:pods"));
        assertThat(pods).containsOnlyKeys("pod-1");
    }

    @Test
    void a_pod_that_was_seen_before_the_clock_went_back_is_silent_from_now_on() {
        long now = new Seed(resp).now();
        resp.call(
                "HSET",
                "{Q}:pods",
                "dead",
                "{\"partitions\":[],\"capacity\":4,\"started\":1,\"seen\":" + (now + 3_600_000) + ",\"ttl\":100}");
        assertThat(register(layouts).pods()).extracting(pod -> pod.id().value()).contains("dead");
        Matcher seen = Pattern.compile("\"seen\":(\\d+)").matcher(resp.text("HGET", "{Q}:pods", "dead"));
        assertThat(seen.find()).isTrue();
        assertThat(Long.parseLong(seen.group(1))).isBetween(now, now + 5_000);
        await().untilAsserted(() ->
                assertThat(register(layouts).pods()).extracting(LivingPod::id).containsExactly(POD));
    }

    @Test
    void each_pod_is_judged_by_its_own_patience_and_by_the_callers_if_it_has_none() {
        long now = new Seed(resp).now();
        resp.call(
                "HSET",
                "{Q}:pods",
                "patient",
                "{\"partitions\":[],\"capacity\":4,\"started\":1,\"seen\":" + (now - 40_000) + ",\"ttl\":600000}",
                "hasty",
                "{\"partitions\":[],\"capacity\":4,\"started\":1,\"seen\":" + (now - 10_000) + ",\"ttl\":5000}",
                "earlier",
                "{\"partitions\":[],\"capacity\":4,\"started\":1,\"seen\":" + now + "}",
                "odd",
                "{\"partitions\":[],\"capacity\":4,\"started\":1,\"seen\":" + (now - 40_000) + ",\"ttl\":\"x\"}",
                "null",
                "{\"partitions\":[],\"capacity\":4,\"started\":1,\"seen\":" + (now - 40_000) + ",\"ttl\":null}");
        assertThat(register(layouts).pods())
                .extracting(pod -> pod.id().value())
                .containsExactlyInAnyOrder("patient", "earlier", "pod-1");
    }

    @Test
    void a_pod_that_leaves_is_forgotten() {
        register(layouts);
        get(layouts.unregister(QUEUE, POD));
        get(layouts.unregister(QUEUE, POD));
        assertThat(RedisState.read(resp)).isEmpty();
    }

    private static PodsView register(LayoutTable table) {
        return get(table.register(QUEUE, POD, new Capacity(4, 4), List.of(), STALE, PodsView.NONE));
    }

    private PodsView register(PodsView known) {
        return get(layouts.register(QUEUE, POD, new Capacity(4, 4), List.of(), STALE, known));
    }

    /** What {@code ./qbull status} shows of the pods. */
    private List<Pod> shown() {
        get(layouts.createIfAbsent(QUEUE, 1, KeyHash.XXH64));
        return ((QueueStatus.Present) get(REDIS.store().inspector().queue(QUEUE))).pods();
    }

    /** The script's answer to a pod that knows a view. */
    private List<?> answer(String version) {
        return resp.list(
                "EVAL",
                Script.REGISTER.source(),
                "1",
                "{Q}:pods",
                "pod-1",
                "\"capacity\":4",
                "",
                "30000",
                "process",
                version);
    }

    private static int size(List<?> answer) {
        return answer.stream().mapToInt(part -> String.valueOf(part).length()).sum();
    }

    /** Another pod was seen just now. */
    private void seen(String pod, int partitions) {
        String owned = IntStream.range(0, partitions).mapToObj(String::valueOf).collect(Collectors.joining(","));
        resp.call(
                "HSET",
                "{Q}:pods",
                pod,
                "{\"partitions\":[" + owned + "],\"capacity\":4,\"started\":1,\"seen\":" + new Seed(resp).now() + "}");
    }

    private static Map<String, Object> created(int partitions) {
        Map<String, Object> state = new TreeMap<>();
        state.put("qbull:queues", List.of("Q"));
        state.put(
                "{Q}:layout", Map.of("version", "1", "partitions", Integer.toString(partitions), "key_hash", "xxh64"));
        for (int p = 0; p < partitions; p++) {
            state.put("{Q:" + p + "}:seal", "1 open");
            state.put("{Q:" + p + "}:started", "1");
        }
        return state;
    }
}
