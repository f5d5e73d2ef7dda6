package io.qbull.store.redis.client;

import static io.qbull.testing.Waiting.failure;
import static io.qbull.testing.Waiting.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.Pauses;
import io.qbull.model.QueueName;
import io.qbull.store.PauseTable;
import io.qbull.store.StoreException;
import io.qbull.store.redis.RedisStore;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How the questions of many queues travel. */
@Tag("redis")
class ChangeNumbersTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final int QUEUES = 600;
    private static final Pattern SCRIPTS = Pattern.compile("cmdstat_eval(?:sha)?:calls=(\\d+),");

    private Resp resp;
    private List<Pauses> known = List.of();

    @BeforeEach
    void pauses() {
        resp = REDIS.resp();
        for (int i = 0; i < QUEUES; i++) {
            resp.call("HSET", layout(i), "version", "1", "partitions", "1");
            if (i > 0) {
                resp.call("HSET", layout(i), "pauses", Integer.toString(i));
            }
        }
        known = IntStream.range(0, QUEUES)
                .mapToObj(i -> new Pauses(Integer.toString(i), List.of()))
                .toList();
    }

    @Test
    void questions_that_come_while_one_is_under_way_go_together_and_each_gets_its_answer() {
        PauseTable first = REDIS.store().pauses();
        PauseTable second = REDIS.store().pauses();
        ask(first, 0).toCompletableFuture().join();
        resp.call("CONFIG", "RESETSTAT");
        resp.call("CLIENT", "PAUSE", "200");
        List<CompletionStage<Pauses>> asked = IntStream.range(0, QUEUES)
                .mapToObj(i -> ask(i % 2 == 0 ? first : second, i))
                .toList();
        for (int i = 0; i < QUEUES; i++) {
            assertThat(get(asked.get(i))).isSameAs(known.get(i));
        }
        assertThat(scripts()).as("one alone, the others in three").isEqualTo(4);
    }

    @Test
    void a_layout_that_cannot_be_read_fails_no_other_one() {
        PauseTable table = REDIS.store().pauses();
        ask(table, 0).toCompletableFuture().join();
        resp.call("DEL", layout(3));
        resp.call("SADD", layout(3), "x");
        resp.call("CLIENT", "PAUSE", "200");
        List<CompletionStage<Pauses>> asked =
                IntStream.range(0, 6).mapToObj(i -> ask(table, i)).toList();
        for (int i = 0; i < asked.size(); i++) {
            if (i == 3) {
                assertThat(failure(asked.get(i)))
                        .isInstanceOf(StoreException.Misconfigured.class)
                        .hasMessageContaining(layout(3) + " is of type set instead of hash");
            } else {
                assertThat(get(asked.get(i))).isSameAs(known.get(i));
            }
        }
        resp.call("DEL", layout(3));
    }

    @Test
    void a_closed_store_asks_nothing() {
        RedisStore store = RedisStore.open(REDIS.settings());
        store.close();
        assertThat(failure(ask(store.pauses(), 1))).isInstanceOf(StoreException.Unavailable.class);
    }

    private CompletionStage<Pauses> ask(PauseTable table, int queue) {
        return table.pauses(new QueueName("Q" + queue), known.get(queue));
    }

    private static String layout(int queue) {
        return "{Q" + queue + "}:layout";
    }

    private long scripts() {
        Matcher found = SCRIPTS.matcher(resp.text("INFO", "commandstats"));
        long calls = 0;
        while (found.find()) {
            calls += Long.parseLong(found.group(1));
        }
        return calls;
    }
}
