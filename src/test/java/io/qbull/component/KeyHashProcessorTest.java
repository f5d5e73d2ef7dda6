package io.qbull.component;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.testing.Patience;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.Test;

class KeyHashProcessorTest extends QbullTestSupport {
    private static final String ROUTES = """
            - beans:
                - name: fixed
                  type: io.qbull.component.KeyHashProcessor
                  properties:
                    partitions: 5
                    key: ${header.to}
                - name: python
                  type: io.qbull.component.KeyHashProcessor
                  properties:
                    partitions: 5
                    keyHash: qbull-python
                    key: ${header.to}
                - name: other
                  type: io.qbull.component.KeyHashProcessor
                  properties:
                    queue: OTHER
                - name: named
                  type: io.qbull.component.KeyHashProcessor
                  properties:
                    queue: ${header.target}
            - route:
                id: named
                from:
                  uri: direct:named
                  steps:
                    - process:
                        ref: named
            - route:
                id: in
                from:
                  uri: direct:in
                  steps:
                    - process:
                        ref: "#class:io.qbull.component.KeyHashProcessor"
                    - setProperty:
                        name: advised
                        simple: ${header.CamelQbullPartition}
                    - to: qbull:ORDERS
            - route:
                id: fixed
                from:
                  uri: direct:fixed
                  steps:
                    - process:
                        ref: fixed
            - route:
                id: python
                from:
                  uri: direct:python
                  steps:
                    - process:
                        ref: python
            - route:
                id: other
                from:
                  uri: direct:other
                  steps:
                    - process:
                        ref: other
            """;

    private Exchange send(String to, Map<String, Object> headers) throws Exception {
        if (context.getRoutes().isEmpty()) {
            PluginHelper.getRoutesLoader(context).loadRoutes(ResourceHelper.fromString("keyhash.camel.yaml", ROUTES));
        }
        Exchange exchange = template.request(
                to, e -> headers.forEach((name, value) -> e.getMessage().setHeader(name, value)));
        assertThat(exchange.getException()).isNull();
        return exchange;
    }

    @Test
    void each_element_of_a_list_or_an_iterator_gets_its_own_partition() throws Exception {
        KeyHashProcessor fixed = new KeyHashProcessor();
        fixed.setPartitions(5);
        fixed.setKey("${body}");
        List<String> keys = List.of("a", "b", "c", "d", "e");
        Exchange list = new DefaultExchange(context);
        list.getMessage().setBody(keys);
        Exchange iterator = new DefaultExchange(context);
        iterator.getMessage().setBody(keys.iterator());

        fixed.process(list, done -> {});
        fixed.process(iterator, done -> {});

        List<Integer> expected = keys.stream()
                .map(key -> new Layout(1, 5).indexOf(KeyHash.XXH64, key))
                .toList();
        List<Object> found = new ArrayList<>();
        Iterator<?> parts = (Iterator<?>) iterator.getMessage().getBody();
        parts.forEachRemaining(part -> found.add(((Message) part).getHeader(QbullConstants.PARTITION)));
        assertThat(found).isEqualTo(expected);
        assertThat((List<?>) list.getMessage().getBody())
                .extracting(part -> ((Message) part).getHeader(QbullConstants.PARTITION))
                .isEqualTo(expected);
    }

    @Test
    void the_advice_is_what_the_producer_computes() throws Exception {
        for (int key = 0; key < 20; key++) {
            Exchange exchange = send("direct:in", Map.of(QbullConstants.KEY, "k" + key));

            assertThat(exchange.getProperty("advised", Integer.class))
                    .isEqualTo(exchange.getMessage().getHeader(QbullConstants.PARTITION));
        }
        assertThat(nodes).hasSize(1);
    }

    @Test
    void an_unknown_layout_leaves_out_the_header_and_the_route_continues() throws Exception {
        send("direct:in", Map.of(QbullConstants.KEY, "k"));
        node().layout = CompletableFuture.failedFuture(new IllegalStateException("away"));

        Exchange exchange = send("direct:in", Map.of(QbullConstants.KEY, "k", QbullConstants.PARTITION, 4711));

        assertThat(exchange.getProperty("advised", String.class)).isNullOrEmpty();
        assertThat(node().enqueued).hasSize(2);
    }

    @Test
    void a_layout_that_comes_later_is_waited_for() throws Exception {
        send("direct:in", Map.of(QbullConstants.KEY, "k"));
        CompletableFuture<Layout> layout = new CompletableFuture<>();
        node().layout = layout;

        CompletableFuture<Exchange> pending =
                template.asyncSend("direct:in", e -> e.getMessage().setHeader(QbullConstants.KEY, "k"));
        assertThat(pending).isNotDone();
        layout.complete(new Layout(2, 1));

        assertThat(pending).succeedsWithin(Patience.LIMIT);
        assertThat(pending.join().getProperty("advised", Integer.class)).isZero();
    }

    @Test
    void a_bean_may_say_key_and_number_of_partitions() throws Exception {
        Exchange exchange = send("direct:fixed", Map.of("to", "57320"));

        assertThat(exchange.getMessage().getHeader(QbullConstants.PARTITION))
                .isEqualTo(new Layout(1, 5).indexOf(KeyHash.XXH64, "57320"));
    }

    @Test
    void a_bean_may_say_how_to_hash() throws Exception {
        Exchange exchange = send("direct:python", Map.of("to", "3205104418"));

        assertThat(exchange.getMessage().getHeader(QbullConstants.PARTITION))
                .isEqualTo(new Layout(1, 5).indexOf(KeyHash.QBULL_PYTHON, "3205104418"))
                .isNotEqualTo(new Layout(1, 5).indexOf(KeyHash.XXH64, "3205104418"));
    }

    @Test
    void a_bean_may_name_a_queue_that_no_route_uses() throws Exception {
        Exchange exchange = send("direct:other", Map.of(QbullConstants.KEY, "57320"));

        assertThat(exchange.getMessage().getHeader(QbullConstants.PARTITION))
                .isEqualTo(new Layout(1, 16).indexOf(KeyHash.XXH64, "57320"));
        assertThat(node().identity.queue().value()).isEqualTo("OTHER");
        context.stop();
        assertThat(nodes).allMatch(node -> node.closed);
    }

    @Test
    void a_message_may_name_the_queue() throws Exception {
        for (String queue : List.of("A", "B", "A", "B")) {
            send("direct:named", Map.of(QbullConstants.KEY, "57320", "target", queue));
        }
        assertThat(nodes).extracting(node -> node.identity.queue().value()).containsExactly("ORDERS", "A", "B");
        nodes.get(1).layout = CompletableFuture.completedFuture(new Layout(2, 1));

        Exchange a = send("direct:named", Map.of(QbullConstants.KEY, "57320", "target", "A"));
        Exchange b = send("direct:named", Map.of(QbullConstants.KEY, "57320", "target", "B"));

        assertThat(a.getMessage().getHeader(QbullConstants.PARTITION)).isEqualTo(0);
        assertThat(b.getMessage().getHeader(QbullConstants.PARTITION))
                .isEqualTo(new Layout(1, 16).indexOf(KeyHash.XXH64, "57320"))
                .isNotEqualTo(0);
        context.stop();
        assertThat(nodes).allMatch(node -> node.closed);
    }

    @Test
    void a_job_without_a_key_is_an_error() throws Exception {
        send("direct:in", Map.of(QbullConstants.KEY, "k"));

        Exchange exchange = template.request("direct:in", e -> e.getMessage().setBody("x"));

        assertThat(exchange.getException())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("CamelQbullKey");
    }
}
