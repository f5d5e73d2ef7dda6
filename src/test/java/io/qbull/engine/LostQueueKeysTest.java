package io.qbull.engine;

import static io.qbull.testing.Waiting.failure;
import static io.qbull.testing.Waiting.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.model.Layout;
import io.qbull.model.QueueName;
import io.qbull.model.SourceId;
import io.qbull.resize.Headroom;
import io.qbull.resize.Resizer;
import io.qbull.store.Store;
import io.qbull.store.redis.schema.Keys;
import io.qbull.testing.CapturedLog;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** The same as {@link LostKeysTest} for the keys of a whole queue: its partitions go on in any case. */
@Tag("redis")
class LostQueueKeysTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.own();

    private static final QueueName QUEUE = TestPod.QUEUE;

    /**
     * One key.
     *
     * @param method of {@link Keys}
     * @param key its name
     * @param restored whether it is there again by itself
     * @param named whether a line or an error names it while it has another type; otherwise only coalescing uses it
     */
    private record Row(String method, String key, boolean restored, boolean named) {}

    static final List<Row> TABLE = List.of(
            new Row("layout", Keys.layout(QUEUE), true, true),
            new Row("pods", Keys.pods(QUEUE), true, true),
            new Row("sources", Keys.sources(QUEUE), false, true),
            new Row("windows", Keys.windows(QUEUE), false, false),
            new Row("closedWindows", Keys.closedWindows(QUEUE), false, false),
            new Row("QUEUES", Keys.QUEUES, true, true));

    private final Resp redis = REDIS.resp();
    private int probes;

    /** What is left breaks the rules of the keys on purpose. */
    @AfterEach
    void flush() {
        try (Resp resp = REDIS.server().connect()) {
            resp.call("FLUSHALL");
        }
    }

    @Test
    void the_table_has_every_key_of_a_queue() {
        Set<String> methods = Arrays.stream(Keys.class.getMethods())
                .filter(method -> Modifier.isStatic(method.getModifiers()))
                .filter(method -> Arrays.equals(method.getParameterTypes(), new Class<?>[] {QueueName.class}))
                .map(Method::getName)
                .collect(Collectors.toSet());
        methods.remove("announcements");
        methods.add("QUEUES");
        assertThat(TABLE.stream().map(Row::method).collect(Collectors.toSet())).isEqualTo(methods);
    }

    @ParameterizedTest
    @FieldSource("TABLE")
    void a_deleted_key_is_there_again_or_is_not_missed(Row row) {
        try (TestPod pod = pod()) {
            redis.call("DEL", row.key());
            moves(pod);
            if (row.restored()) {
                await().until(() -> redis.number("EXISTS", row.key()) == 1);
            }
            moves(pod);
        }
    }

    @ParameterizedTest
    @FieldSource("TABLE")
    void a_key_of_another_type_is_named_and_is_there_again_once_a_person_has_deleted_it(Row row) {
        try (CapturedLog log = new CapturedLog();
                TestPod pod = pod()) {
            redis.call("DEL", row.key());
            redis.call("RPUSH", row.key(), "x");
            moves(pod);
            if (row.named()) {
                String line = row.key() + " is of type list instead of " + Keys.type(row.key());
                if (row.restored()) {
                    await().until(() -> log.warnings().stream().anyMatch(each -> each.contains(line)));
                } else {
                    assertThat(failure(pod.node.claim(new SourceId("s"), "file", "inbox")))
                            .hasMessageContaining(line);
                }
            }
            redis.call("DEL", row.key());
            if (row.restored()) {
                await().until(() -> redis.number("EXISTS", row.key()) == 1);
            }
            moves(pod);
        }
    }

    @Test
    void a_lost_layout_is_made_anew_as_it_was_and_not_as_another_pod_is_configured() {
        Layout asItWas = new Layout(1, 2);
        try (TestPod other = new TestPod("b", 5, REDIS.store())) {
            try (TestPod pod = pod()) {
                assertThat(get(other.node.layout())).isEqualTo(asItWas);
                redis.call("DEL", Keys.layout(QUEUE));
                await().until(() -> redis.number("EXISTS", Keys.layout(QUEUE)) == 1);
                assertThat(get(other.node.layout())).isEqualTo(asItWas);
                moves(pod);
            }
            // The other pod is alone now, and makes it anew.
            redis.call("DEL", Keys.layout(QUEUE));
            get(other.node.claim(new SourceId("s"), "file", "inbox"));
            assertThat(redis.text("HGET", Keys.layout(QUEUE), "partitions")).isEqualTo("2");
        }
    }

    @Test
    void a_lost_layout_of_a_queue_that_was_resized_is_put_back_and_all_goes_on() {
        Store store = REDIS.store();
        Resizer resizer = new Resizer(store.resize(), new Headroom(store.examiner()));
        try (TestPod pod = pod()) {
            get(resizer.begin(QUEUE, 3));
            await().until(() -> get(resizer.status(QUEUE)).progress() == null);
            await().until(() -> get(pod.node.layout()).version() == 2);
            redis.call("DEL", Keys.layout(QUEUE));
            await().until(() -> redis.number("EXISTS", Keys.layout(QUEUE)) == 1);
            assertThat(get(pod.node.layout())).isEqualTo(new Layout(2, 3));
            moves(pod);
            get(resizer.begin(QUEUE, 1));
            await().until(() -> get(resizer.status(QUEUE)).progress() == null);
            moves(pod);
        }
    }

    @Test
    void a_layout_that_another_pod_made_anew_with_other_settings_is_a_line_for_a_person() {
        try (CapturedLog log = new CapturedLog();
                TestPod pod = pod()) {
            redis.call("HSET", Keys.layout(QUEUE), "partitions", "5");
            String line =
                    "the layout of queue WHATSAPP was lost, and another pod made it anew: set its fields version=1 and"
                            + " partitions=5 to 1 and 2 again, and configure that pod like the others";
            await().until(() -> log.warnings().stream().anyMatch(each -> each.endsWith("a person must act: " + line)));
            assertThat(pod.node.status().problem()).isEqualTo(line);
            redis.call("HSET", Keys.layout(QUEUE), "partitions", "2");
            await().until(() -> pod.node.status().problem().isEmpty());
            moves(pod);
        }
    }

    private TestPod pod() {
        TestPod pod = new TestPod("a", 2, REDIS.store()).consume(2, (delivery, outcome) -> outcome.completed());
        await().until(() -> pod.owned().size() == 2);
        moves(pod);
        return pod;
    }

    private void moves(TestPod pod) {
        String key = "probe" + probes++;
        pod.enqueue(key, "1").join();
        await().until(() -> pod.bodies(key).contains("1"));
    }
}
