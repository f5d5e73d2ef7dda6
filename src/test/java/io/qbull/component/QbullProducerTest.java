package io.qbull.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.qbull.model.Due;
import io.qbull.model.EnqueueException;
import io.qbull.model.Enqueued;
import io.qbull.model.NewJob;
import io.qbull.testing.Patience;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.camel.Exchange;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.mock.MockEndpoint;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QbullProducerTest extends QbullTestSupport {
    private static final byte[] BINARY = {0, (byte) 0xff, 13, 10, (byte) 0x80};

    @Override
    protected RoutesBuilder createRouteBuilder() {
        return new RouteBuilder() {
            @Override
            public void configure() {
                onException(EnqueueException.class)
                        .onWhen(simple("${exception.kind} == 'FULL'"))
                        .handled(true)
                        .setBody(simple("refused: ${exception.kind}"));
                from("direct:in").to("qbull:ORDERS?maxBodySize=1000").to("mock:out");
                from("direct:expression").to("qbull:ORDERS?maxBodySize=1000&key=${header.to}");
                from("direct:nested").to("qbull:ORDERS").to("direct:again").to("mock:nested");
                from("direct:again")
                        .process(e -> template.sendBodyAndHeader("qbull:ORDERS", "2", QbullConstants.KEY, "k"));
                from("direct:uncached").streamCache("false").to("qbull:ORDERS?maxBodySize=1000");
            }
        };
    }

    private Exchange send(String to, @Nullable Object body, Map<String, Object> headers) {
        return template.request(to, exchange -> {
            exchange.getMessage().setBody(body);
            exchange.getMessage().setHeaders(new HashMap<>(headers));
        });
    }

    private NewJob sent(@Nullable Object body, Map<String, Object> headers) {
        Map<String, Object> all = new HashMap<>(headers);
        all.putIfAbsent(QbullConstants.KEY, "k");
        Exchange exchange = send("direct:in", body, all);
        assertThat(exchange.getException()).isNull();
        return node().enqueued.get(node().enqueued.size() - 1);
    }

    @Test
    void routes_that_wait_for_a_second_enqueue_do_not_block_each_other() throws Exception {
        int many = 50;
        MockEndpoint done = getMockEndpoint("mock:nested");
        done.expectedMessageCount(many);
        // All first answers come at once, as those to the jobs of one call do.
        CompletableFuture<Void> called = new CompletableFuture<>();
        FakeNode node = node();
        node.answers = job -> {
            return called.thenApply(now -> node.accepted(job, false));
        };
        List<CompletableFuture<Exchange>> sent = IntStream.range(0, many)
                .mapToObj(i ->
                        template.asyncSend("direct:nested", e -> e.getMessage().setHeader(QbullConstants.KEY, "k")))
                .toList();
        Awaitility.await().until(() -> node.enqueued.size() == many);
        called.complete(null);
        done.assertIsSatisfied(Patience.LIMIT.toMillis());
        assertThat(sent).allSatisfy(exchange -> assertThat(exchange).succeedsWithin(Patience.LIMIT));
    }

    @Test
    void the_message_carries_the_answer_and_keeps_its_body() {
        Exchange exchange = send("direct:in", "hello", Map.of(QbullConstants.KEY, "573205104418"));

        NewJob job = node().enqueued.get(0);
        assertThat(exchange.getMessage().getBody(String.class)).isEqualTo("hello");
        assertThat(exchange.getMessage().getHeaders())
                .containsEntry("CamelQbullJobId", job.id().value())
                .containsEntry("CamelQbullQueue", "ORDERS")
                .containsEntry(
                        "CamelQbullPartition",
                        node().accepted(job, false).partition().index())
                .containsEntry("CamelQbullStreamId", "1700-7")
                .containsEntry("CamelQbullDuplicate", false);
        assertThat(job.body()).isEqualTo("hello".getBytes(StandardCharsets.UTF_8));
        assertThat(job.callerId()).isFalse();
        assertThat(job.id().value()).matches("[0-9A-HJKMNP-TV-Z]{26}");
        assertThat(node().enqueuedWith.get(0).maxBodySize()).isEqualTo(1000);
    }

    @Test
    void bodies_arrive_as_they_are() {
        assertThat(sent(null, Map.of()).body()).isEmpty();
        assertThat(sent("", Map.of()).body()).isEmpty();
        assertThat(sent(BINARY, Map.of()).body()).isEqualTo(BINARY);
        assertThat(sent("a+b & 5% ñ 漢", Map.of()).body())
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("a+b & 5% ñ 漢");
        assertThat(sent(new ByteArrayInputStream(BINARY), Map.of()).body()).isEqualTo(BINARY);
    }

    @ParameterizedTest
    @ValueSource(strings = {"direct:in", "direct:uncached"})
    void a_stream_can_still_be_read_by_the_rest_of_the_route(String route) {
        Exchange exchange = send(route, new ByteArrayInputStream(BINARY), Map.of(QbullConstants.KEY, "k"));

        assertThat(exchange.getMessage().getBody(byte[].class)).isEqualTo(BINARY);
    }

    @Test
    void a_body_beyond_the_limit_is_refused_and_not_read_to_its_end() {
        AtomicInteger read = new AtomicInteger();
        InputStream endless = new InputStream() {
            @Override
            public int read() {
                read.incrementAndGet();
                return 'x';
            }

            @Override
            public int read(byte[] bytes, int from, int count) {
                read.addAndGet(count);
                return count;
            }
        };
        Exchange exchange = send("direct:uncached", endless, Map.of(QbullConstants.KEY, "k"));

        assertThat(exchange.getException(EnqueueException.class))
                .hasMessage("body must be at most maxBodySize (1000 bytes)")
                .extracting(EnqueueException::kind)
                .isEqualTo(EnqueueException.Kind.INVALID);
        assertThat(read.get()).isLessThan(20_000);
        assertThat(send("direct:in", new byte[1001], Map.of(QbullConstants.KEY, "k"))
                        .getException())
                .isInstanceOf(EnqueueException.class);
        assertThat(sent(new byte[1000], Map.of()).body()).hasSize(1000);
    }

    /** Replaced by question marks, the job would be another one than the caller sent. */
    @Test
    void text_that_its_charset_cannot_carry_is_refused() {
        for (Object body : List.of("half \uD83D", CharBuffer.wrap("\uDE00"), new StringReader("\uD83D\uD83D\uDE00"))) {
            assertThat(send("direct:uncached", body, Map.of(QbullConstants.KEY, "k"))
                            .getException(EnqueueException.class))
                    .hasMessage("body must be text that UTF-8 can carry");
        }
        Map<String, Object> latin = Map.of(QbullConstants.KEY, "k", Exchange.CHARSET_NAME, "ISO-8859-1");
        assertThat(send("direct:uncached", "漢", latin).getException(EnqueueException.class))
                .hasMessage("body must be text that ISO-8859-1 can carry");
        assertThat(node().enqueued).isEmpty();

        assertThat(sent("ñ", latin).body()).isEqualTo(new byte[] {(byte) 0xF1});
        assertThat(sent(new StringReader("whole \uD83D\uDE00"), Map.of()).body())
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("whole \uD83D\uDE00");
    }

    @Test
    void a_body_that_is_no_bytes_is_refused() {
        Exchange exchange = send("direct:in", new Object(), Map.of(QbullConstants.KEY, "k"));

        assertThat(exchange.getException()).isNotNull();
        assertThat(node().enqueued).isEmpty();
    }

    @Test
    void the_key_comes_from_the_header_or_the_option() {
        assertThat(sent("x", Map.of(QbullConstants.KEY, "abc")).key()).isEqualTo("abc");
        assertThat(sent("x", Map.of(QbullConstants.KEY, 573L)).key()).isEqualTo("573");

        send("direct:expression", "x", Map.of("to", "57320", QbullConstants.KEY, "ignored"));
        assertThat(node().enqueued.get(2).key()).isEqualTo("57320");
    }

    @Test
    void without_a_key_nothing_is_sent_and_the_message_names_header_and_option() {
        assertThat(send("direct:in", "x", Map.of()).getException())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("CamelQbullKey")
                .hasMessageContaining("option key");
        assertThat(send("direct:in", "x", Map.of(QbullConstants.KEY, "")).getException())
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(send("direct:expression", "x", Map.of()).getException())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("option key (${header.to})");
        assertThat(send("direct:in", "x", Map.of(QbullConstants.KEY, List.of("777", "5")))
                        .getException())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("one key");
        assertThat(node().enqueued).isEmpty();
    }

    @Test
    void the_callers_job_id_is_used_and_marked_as_his() {
        NewJob job = sent("x", Map.of(QbullConstants.JOB_ID, "order-7"));

        assertThat(job.id().value()).isEqualTo("order-7");
        assertThat(job.callerId()).isTrue();
        assertThat(send("direct:in", "x", Map.of(QbullConstants.KEY, "k", QbullConstants.JOB_ID, "a\nb"))
                        .getException())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("job id 'a?b'");
    }

    @Test
    void a_delay_is_a_duration_a_text_a_number_of_milliseconds_or_a_time() {
        Instant time = Instant.parse("2026-11-24T08:00:00Z");
        assertThat(sent("x", Map.of()).due()).isNull();
        assertThat(delayed(Duration.ofSeconds(3))).isEqualTo(new Due.In(Duration.ofSeconds(3)));
        assertThat(delayed("PT10M")).isEqualTo(new Due.In(Duration.ofMinutes(10)));
        assertThat(delayed("10s")).isEqualTo(new Due.In(Duration.ofSeconds(10)));
        assertThat(delayed(1500)).isEqualTo(new Due.In(Duration.ofMillis(1500)));
        assertThat(delayed(1500L)).isEqualTo(new Due.In(Duration.ofMillis(1500)));
        assertThat(delayed(time)).isEqualTo(new Due.At(time));
        assertThat(sent("x", Map.of(QbullConstants.DELAY, "PT10M")).headers()).isEmpty();
    }

    private @Nullable Due delayed(Object delay) {
        return sent("x", Map.of(QbullConstants.DELAY, delay)).due();
    }

    @Test
    void what_is_no_delay_is_refused_with_the_name_of_the_header() {
        for (Object wrong : List.of("so\non", -1, 1.5, List.of("PT1S"), new Object())) {
            assertThat(send("direct:in", "x", Map.of(QbullConstants.KEY, "k", QbullConstants.DELAY, wrong))
                            .getException())
                    .as(wrong.toString())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("header CamelQbullDelay")
                    .hasMessageNotContaining("\n");
        }
        assertThat(node().enqueued).isEmpty();
    }

    @Test
    void a_partition_given_by_the_caller_is_ignored() {
        Exchange exchange = send("direct:in", "x", Map.of(QbullConstants.KEY, "k", QbullConstants.PARTITION, 4711));

        assertThat(exchange.getMessage().getHeader(QbullConstants.PARTITION, Integer.class))
                .isLessThan(16);
    }

    @Test
    void simple_headers_are_stored_and_control_headers_are_not() {
        Map<String, @Nullable Object> headers = new HashMap<>();
        headers.put("traceparent", "00-1");
        headers.put("count", 7);
        headers.put("big", true);
        headers.put("content-type", "text/plain");
        headers.put("date", LocalDate.EPOCH);
        headers.put("object", new Object());
        headers.put("null", null);
        List.of("Camel", "camel", "CAMEL", "cAmEl").forEach(camel -> headers.put(camel + "FileName", "x"));
        headers.put("org.apache.camel.x", "x");
        headers.put("Org.Apache.Camel.x", "x");

        NewJob job = sent("x", headers);

        assertThat(job.headers()).isEqualTo(Map.of("traceparent", "00-1", "count", 7, "big", true));
        assertThat(job.contentType()).isEqualTo("text/plain");
    }

    @Test
    void a_duplicate_is_told() {
        nodeAnswers(true);

        Exchange exchange = send("direct:in", "x", Map.of(QbullConstants.KEY, "k", QbullConstants.JOB_ID, "a"));

        assertThat(exchange.getMessage().getHeaders())
                .containsEntry("CamelQbullDuplicate", true)
                .containsEntry("CamelQbullStreamId", "0-0");
    }

    private void nodeAnswers(boolean duplicate) {
        FakeNode node = node();
        node.answers = job -> CompletableFuture.completedFuture(node.accepted(job, duplicate));
    }

    @Test
    void a_refusal_reaches_the_route_with_its_kind() {
        FakeNode node = node();
        node.answers = job -> CompletableFuture.failedFuture(
                new EnqueueException(EnqueueException.Kind.UNAVAILABLE, "Redis is away"));
        assertThat(send("direct:in", "x", Map.of(QbullConstants.KEY, "k")).getException(EnqueueException.class))
                .extracting(EnqueueException::kind)
                .isEqualTo(EnqueueException.Kind.UNAVAILABLE);

        node.answers = job -> CompletableFuture.supplyAsync(() -> {
            throw new EnqueueException(EnqueueException.Kind.FULL, "full");
        });
        Exchange handled = send("direct:in", "x", Map.of(QbullConstants.KEY, "k"));
        assertThat(handled.getException()).isNull();
        assertThat(handled.getMessage().getBody(String.class)).isEqualTo("refused: FULL");
    }

    @Test
    void no_thread_waits_for_redis_and_the_route_continues_off_the_nodes_thread() throws Exception {
        FakeNode node = node();
        CompletableFuture<Enqueued> answer = new CompletableFuture<>();
        node.answers = job -> answer;
        MockEndpoint out = getMockEndpoint("mock:out");
        out.expectedMessageCount(1);
        CompletableFuture<String> thread = new CompletableFuture<>();
        out.whenAnyExchangeReceived(
                exchange -> thread.complete(Thread.currentThread().getName()));

        CompletableFuture<Exchange> pending = template.asyncSend(
                "direct:in", exchange -> exchange.getMessage().setHeader(QbullConstants.KEY, "k"));
        assertThat(out.getReceivedCounter()).isZero();
        Awaitility.await().until(() -> !node.enqueued.isEmpty());
        answer.complete(node.accepted(node.enqueued.get(0), false));

        assertThat(pending.get(10, TimeUnit.SECONDS).getException()).isNull();
        out.assertIsSatisfied();
        assertThat(thread.get()).contains("qbull-enqueued");
    }

    @Test
    void producers_of_a_queue_share_one_node_that_closes_with_the_last() throws Exception {
        assertThat(nodes).hasSize(1);
        for (var route : context.getRoutes()) {
            assertThat(node().closed).isFalse();
            context.getRouteController().stopRoute(route.getRouteId());
        }
        context.stop();
        assertThat(node().closed).isTrue();
        assertThatThrownBy(() -> template.sendBody("direct:in", "x")).isNotNull();
    }
}
