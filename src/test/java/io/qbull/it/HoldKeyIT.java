package io.qbull.it;

import static io.qbull.testing.Waiting.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.component.QbullComponent;
import io.qbull.component.QbullConstants;
import io.qbull.model.KeyHash;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.store.HeldKeyTable.HeldKey;
import io.qbull.store.HeldKeyTable.OwnerRequest;
import io.qbull.store.Store;
import io.qbull.testing.HeldSet;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import io.qbull.testing.Size;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A key with very many jobs whose first one always fails, beside others in the same partition. */
@Timeout(600)
class HoldKeyIT {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.own();

    private static final int HELD = Size.of("holdKey.held", 1_000, 10_000);
    private static final int BODY = 20_000;
    private static final PartitionId PARTITION = new PartitionId(new QueueName("ORDERS"), 0);
    private static final String BAD = "bad";

    private final AtomicBoolean broken = new AtomicBoolean(true);
    private final AtomicInteger others = new AtomicInteger();
    private final List<Integer> done = new CopyOnWriteArrayList<>();

    @Test
    void others_pass_a_held_key_of_any_length_which_then_runs_in_order_once() throws Exception {
        Store store = REDIS.store();
        get(store.layouts().createIfAbsent(PARTITION.queue(), 1, KeyHash.XXH64));
        addBacklog();
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            QbullComponent component = new QbullComponent();
            component.getConfiguration().setRedisUri(REDIS.server().uri());
            context.addComponent("qbull", component);
            context.addRoutes(consumer());
            context.start();

            await().until(() -> others.get() == HELD);
            await().until(() -> number("XLEN", "ORDERS:0") + parked() == HELD);
            assertThat(parked()).as("parked").isGreaterThan(500);
            assertThat(done).isEmpty();
            // Their bodies alone would be far more.
            assertThat(heap(context)).isLessThan(64L << 20).isLessThan((long) HELD * BODY + (30L << 20));

            broken.set(false);
            List<HeldKey> held = get(store.heldKeys().find(PARTITION, BAD)).keys();
            assertThat(held).hasSize(1);
            assertThat(held.get(0).pause().dueIn()).isNull();
            get(store.heldKeys().ask(PARTITION, OwnerRequest.RETRY, held));

            await().until(() -> done.size() >= HELD && parked() == 0);
            assertThat(done)
                    .containsExactlyElementsOf(IntStream.range(0, HELD).boxed().toList());
            await().until(() -> number("XLEN", "ORDERS:0") == 0);
        }
    }

    /** Each job of the key comes before one of another key. */
    private static void addBacklog() {
        String padding = "x".repeat(BODY);
        try (Resp resp = REDIS.server().connect()) {
            for (int i = 0; i < HELD; i++) {
                add(resp, BAD, i + " " + padding);
                add(resp, "key " + i % 100, "-1 ");
            }
        }
    }

    private static void add(Resp resp, String key, String body) {
        resp.call("XADD", "ORDERS:0", "*", "id", key + body.split(" ", 2)[0], "key", key, "ts", "1", "body", body);
    }

    private RouteBuilder consumer() {
        return new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from("qbull:ORDERS?partitions=1&maxAttempts=1&whenExhausted=hold-key")
                        .process(HoldKeyIT.this::run);
            }
        };
    }

    private void run(Exchange exchange) {
        if (!BAD.equals(exchange.getMessage().getHeader(QbullConstants.KEY))) {
            others.incrementAndGet();
            return;
        }
        if (broken.get()) {
            throw new IllegalStateException("it always fails");
        }
        String body = new String(exchange.getMessage().getBody(byte[].class), StandardCharsets.UTF_8);
        done.add(Integer.valueOf(body.split(" ", 2)[0]));
    }

    /** In use while the context runs. */
    private static long heap(CamelContext context) {
        assertThat(context.isStarted()).isTrue();
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static ConditionFactory await() {
        return Awaitility.await();
    }

    private static long parked() {
        try (Resp resp = REDIS.server().connect()) {
            return HeldSet.count(resp, "{ORDERS:0}:held:jobs");
        }
    }

    private static long number(String... command) {
        try (Resp resp = REDIS.server().connect()) {
            return resp.number(command);
        }
    }
}
