package io.qbull.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.throwable;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.qbull.engine.BulkResult;
import io.qbull.model.EnqueueException;
import io.qbull.model.Enqueued;
import io.qbull.model.NewJob;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.ExchangeBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.support.DefaultMessage;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Many jobs in one exchange. */
class QbullBulkTest extends QbullTestSupport {
    @Override
    protected RoutesBuilder createRouteBuilder() {
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").to("qbull:ORDERS?maxBodySize=100");
                from("direct:keyed").to("qbull:ORDERS?key=${body}");
            }
        };
    }

    private Exchange send(String to, Object body) {
        return template.send(
                to,
                ExchangeBuilder.anExchange(context)
                        .withBody(body)
                        .withHeader(QbullConstants.KEY, "k")
                        .withHeader(QbullConstants.JOB_ID, "the-list")
                        .build());
    }

    private static BulkResult result(Exchange exchange) {
        return exchange.getMessage().getHeader(QbullConstants.BULK_RESULT, BulkResult.class);
    }

    private static List<?> answers(Exchange exchange) {
        return (List<?>) exchange.getMessage().getHeader(QbullConstants.BULK_ANSWERS);
    }

    private List<String> bodies() {
        return node().enqueued.stream()
                .map(job -> new String(job.body(), StandardCharsets.UTF_8))
                .toList();
    }

    @Test
    void each_element_of_a_list_is_a_job_with_an_id_of_its_own() {
        Exchange exchange = send("direct:in", List.of("a", "b", "c"));

        assertThat(exchange.getException()).isNull();
        assertThat(bodies()).containsExactly("a", "b", "c");
        assertThat(node().enqueued).extracting(NewJob::callerId).containsOnly(false);
        assertThat(node().enqueued).extracting(job -> job.id().value()).doesNotContain("the-list");
        assertThat(result(exchange)).isEqualTo(new BulkResult(3, 0, 0, 0, List.of(), null));
        assertThat(answers(exchange))
                .isEqualTo(node().enqueued.stream()
                        .map(job -> node().accepted(job, false))
                        .toList());
    }

    @Test
    void the_key_can_come_from_each_element() {
        Exchange exchange = send("direct:keyed", List.of("1", "2").iterator());

        assertThat(exchange.getException()).isNull();
        assertThat(node().enqueued).extracting(NewJob::key).containsExactly("1", "2");
    }

    @Test
    void a_message_brings_its_own_id() {
        Exchange part = ExchangeBuilder.anExchange(context)
                .withBody("e")
                .withHeader(QbullConstants.KEY, "k2")
                .withHeader(QbullConstants.JOB_ID, "mine-too")
                .build();
        send("direct:in", List.of(message("x", Map.of(QbullConstants.KEY, "k", QbullConstants.JOB_ID, "mine")), part));

        assertThat(node().enqueued).extracting(job -> job.id().value()).containsExactly("mine", "mine-too");
        assertThat(node().enqueued).extracting(NewJob::callerId).containsOnly(true);
        assertThat(node().enqueued).extracting(NewJob::key).containsExactly("k", "k2");
    }

    @Test
    void a_refused_element_fails_the_exchange_but_no_other_element() {
        Exchange exchange = send("direct:in", List.of("a", "x".repeat(101), "c"));

        assertThat(bodies()).containsExactly("a", "c");
        assertThat(exchange.getException())
                .asInstanceOf(throwable(EnqueueException.class))
                .hasMessageContaining(
                        "1 of 3 jobs were refused, the first at index 1: body must be at most maxBodySize");
        assertThat(result(exchange).accepted()).isEqualTo(2);
        assertThat(answers(exchange).get(1)).isNull();
        assertThat(exchange.getMessage().getHeader(QbullConstants.BULK_ANSWERED))
                .isEqualTo(List.of("a", "c"));
    }

    @Test
    void after_a_job_that_was_not_added_no_more_are_taken() {
        AtomicInteger taken = new AtomicInteger();
        FakeNode node = node();
        node.answers = job -> node.enqueued.size() < 3
                ? CompletableFuture.completedFuture(node.accepted(job, false))
                : CompletableFuture.failedFuture(new EnqueueException(EnqueueException.Kind.FULL, "full"));
        Iterator<String> endless =
                Stream.generate(() -> "" + taken.incrementAndGet()).iterator();

        Exchange exchange = send("direct:in", endless);

        assertThat(exchange.getException()).hasMessage("full");
        assertThat(taken).hasValueLessThan(10);
        assertThat(result(exchange).accepted()).isEqualTo(2);
        assertThat(result(exchange).refused()).first().isEqualTo(new BulkResult.Refused(2, "full"));
    }

    @Test
    void a_long_stream_has_a_bounded_part_under_way_and_is_closed_at_the_end() {
        Queue<Runnable> pending = new ConcurrentLinkedQueue<>();
        FakeNode node = node();
        node.answers = job -> {
            CompletableFuture<Enqueued> answer = new CompletableFuture<>();
            pending.add(() -> answer.complete(node.accepted(job, false)));
            return answer;
        };
        AtomicBoolean closed = new AtomicBoolean();
        Stream<String> lines = IntStream.range(0, 10_000).mapToObj(n -> "" + n).onClose(() -> closed.set(true));

        CompletableFuture<Exchange> sent = template.asyncSend("direct:in", exchange -> {
            exchange.getMessage().setBody(lines);
            exchange.getMessage().setHeader(QbullConstants.KEY, "k");
        });

        Awaitility.await().until(() -> pending.size() == 2_000);
        assertThat(node.enqueued).hasSize(2_000);
        Awaitility.await().until(() -> {
            new ArrayDeque<>(pending).forEach(answer -> {
                pending.remove(answer);
                answer.run();
            });
            return sent.isDone();
        });
        assertThat(result(sent.join()).accepted()).isEqualTo(10_000);
        assertThat(bodies())
                .isEqualTo(IntStream.range(0, 10_000).mapToObj(n -> "" + n).toList());
        assertThat(closed).isTrue();
    }

    @Test
    void a_broken_iterator_fails_the_exchange_once_earlier_jobs_are_answered() {
        Iterator<String> broken = Stream.of("a", "b")
                .peek(element -> {
                    if (element.equals("b")) {
                        throw new IllegalStateException("the file is gone");
                    }
                })
                .iterator();
        Exchange exchange = send("direct:in", broken);
        assertThat(exchange.getException()).hasMessage("the file is gone");
        assertThat(result(exchange).accepted()).isEqualTo(1);
    }

    @Test
    void a_stream_that_cannot_be_closed_fails_the_exchange() {
        Stream<String> stream = Stream.of("a").onClose(() -> {
            throw new IllegalStateException("cannot be closed");
        });
        Exchange exchange = send("direct:in", stream);
        assertThat(exchange.getException()).hasMessage("cannot be closed");
        assertThat(result(exchange).accepted()).isEqualTo(1);
    }

    @Test
    void an_error_on_any_thread_fails_the_exchange() {
        FakeNode node = node();
        Queue<Runnable> pending = new ConcurrentLinkedQueue<>();
        node.answers = job -> {
            CompletableFuture<Enqueued> answer = new CompletableFuture<>();
            pending.add(() -> answer.complete(node.accepted(job, false)));
            return answer;
        };
        AssertionError error = new AssertionError("element 2500");
        Stream<String> lines = IntStream.range(0, 10_000)
                .mapToObj(n -> {
                    if (n == 2_500) {
                        throw error;
                    }
                    return "" + n;
                })
                .onClose(() -> {
                    throw error;
                });

        CompletableFuture<Exchange> sent = template.asyncSend("direct:in", exchange -> {
            exchange.getMessage().setBody(lines);
            exchange.getMessage().setHeader(QbullConstants.KEY, "k");
        });

        Awaitility.await().until(() -> {
            for (Runnable answer = pending.poll(); answer != null; answer = pending.poll()) {
                answer.run();
            }
            return sent.isDone();
        });
        assertThat(sent.join().getException()).hasRootCause(error);
        assertThat(result(sent.join()).accepted()).isEqualTo(2_500);
    }

    @Test
    void an_error_of_the_queue_fails_the_exchange_and_is_not_revealed() {
        AssertionError error = new AssertionError("secret.host:6379");
        node().answers = job -> {
            throw error;
        };
        Exchange exchange = send("direct:in", List.of("a", "b"));
        assertThat(exchange.getException()).hasMessage("the server failed").hasCause(error);
        assertThat(result(exchange).refused()).containsExactly(new BulkResult.Refused(0, "the server failed"));
    }

    @Test
    void an_iterable_that_is_bytes_is_one_job() throws Exception {
        Exchange exchange = send("direct:in", new ObjectMapper().readTree("{\"a\":1,\"b\":2}"));
        assertThat(exchange.getException()).isNull();
        assertThat(bodies()).containsExactly("{\"a\":1,\"b\":2}");
    }

    private Message message(String body, Map<String, Object> headers) {
        Message message = new DefaultMessage(context);
        message.setBody(body);
        message.setHeaders(new HashMap<>(headers));
        return message;
    }
}
