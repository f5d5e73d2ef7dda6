package io.qbull.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a process with many queues needs of Redis and of its machine. */
@Tag("redis")
class ManyQueuesTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.own();

    private static final int QUEUES = 100;

    private final List<CamelContext> contexts = new ArrayList<>();
    private Set<Thread> before = Set.of();
    private Resp resp;

    @BeforeEach
    void count() {
        resp = REDIS.resp();
        before = Thread.getAllStackTraces().keySet();
    }

    @AfterEach
    void stop() {
        contexts.forEach(CamelContext::stop);
    }

    @Test
    void one_route_that_adds_to_a_hundred_queues_has_few_connections_and_threads() throws Exception {
        AtomicInteger done = new AtomicInteger();
        CamelContext context = context(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").toD("qbull:${header.q}?partitions=2");
                from("qbull:JOBS?partitions=4&partitionsPerPod=4").process(exchange -> done.incrementAndGet());
            }
        });
        try (ProducerTemplate template = context.createProducerTemplate()) {
            List<CompletableFuture<?>> sent = new ArrayList<>();
            for (int i = 0; i < 20 * QUEUES; i++) {
                Map<String, Object> headers = Map.of("q", "Q" + i % QUEUES, QbullConstants.KEY, "k" + i);
                sent.add(template.asyncRequestBodyAndHeaders("direct:in", "body", headers));
                if (i % QUEUES == 0) {
                    template.sendBodyAndHeader("qbull:JOBS", "job", QbullConstants.KEY, "k" + i);
                }
            }
            sent.forEach(CompletableFuture::join);
        }
        await().until(() -> done.get() == 20);
        assertThat(backlog()).isEqualTo(20 * QUEUES);
        assertThat(connections()).hasSizeLessThanOrEqualTo(5);
        assertThat(threads()).hasSizeLessThanOrEqualTo(16).noneMatch(name -> name.contains("-Q"));
    }

    @Test
    void a_queue_that_is_only_added_to_costs_no_thread_and_no_connection_beyond_those_of_the_first() throws Exception {
        CamelContext context = context(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").toD("qbull:${header.q}?partitions=1");
            }
        });
        try (ProducerTemplate template = context.createProducerTemplate()) {
            template.sendBodyAndHeaders("direct:in", "x", Map.of("q", "FIRST", QbullConstants.KEY, "k"));
            template.sendBodyAndHeaders("direct:in", "x", Map.of("q", "SECOND", QbullConstants.KEY, "k"));
            int threads = threads().size();
            assertThat(connections()).hasSizeLessThanOrEqualTo(3);
            for (int i = 0; i < QUEUES; i++) {
                template.sendBodyAndHeaders("direct:in", "x", Map.of("q", "Q" + i, QbullConstants.KEY, "k"));
            }
            assertThat(connections()).hasSizeLessThanOrEqualTo(3);
            // One more of the client's few threads may have started meanwhile.
            assertThat(threads()).hasSizeLessThanOrEqualTo(threads + 2);
        }
    }

    @Test
    void contexts_of_one_process_share_connections_and_the_last_that_stops_closes_them() throws Exception {
        RouteBuilder[] routes = new RouteBuilder[3];
        for (int i = 0; i < routes.length; i++) {
            String from = "qbull:SHARED?partitions=3&partitionsPerPod=1";
            routes[i] = new RouteBuilder() {
                @Override
                public void configure() {
                    from(from).log("${body}");
                }
            };
            context(routes[i]);
        }
        await().untilAsserted(() ->
                assertThat(resp.text("CLIENT", "LIST")).contains("cmd=xread").contains("cmd=subscribe"));
        // While partitions move from pod to pod nobody may wait for new jobs for a moment.
        await().until(() -> connections().size() == 4);
        contexts.remove(0).stop();
        contexts.remove(0).stop();
        await().until(() -> connections().size() == 4);
        contexts.remove(0).stop();
        await().until(() -> connections().isEmpty());
        // Other stores of the process may still use the threads of the client.
        await().until(() -> threads().stream().noneMatch(name -> name.contains("qbull-")));
    }

    private CamelContext context(RouteBuilder routes) throws Exception {
        CamelContext context = new DefaultCamelContext();
        contexts.add(context);
        QbullComponent component = new QbullComponent();
        component.getConfiguration().setRedisUri(REDIS.server().uri());
        component.getConfiguration().setPodId("pod" + contexts.size());
        context.addComponent("qbull", component);
        context.addRoutes(routes);
        context.start();
        return context;
    }

    private long backlog() {
        long sum = 0;
        for (int i = 0; i < QUEUES; i++) {
            sum += resp.number("XLEN", "Q" + i + ":0") + resp.number("XLEN", "Q" + i + ":1");
        }
        return sum;
    }

    private List<String> connections() {
        return resp.text("CLIENT", "LIST")
                .lines()
                .filter(line -> !line.startsWith("id=" + resp.number("CLIENT", "ID") + " "))
                .toList();
    }

    /** Those of QBull and of the client, without the workers: the threads on which routes run. */
    private Set<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !before.contains(thread) && thread.isAlive())
                .map(Thread::getName)
                .filter(name -> name.contains("lettuce") || name.contains("qbull-"))
                .filter(name -> !name.endsWith("-job") && !name.endsWith("-enqueued"))
                .collect(Collectors.toSet());
    }
}
