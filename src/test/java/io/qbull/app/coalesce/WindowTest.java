package io.qbull.app.coalesce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.qbull.app.coalesce.Window.Limits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InvalidClassException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.net.URI;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.DefaultExchangeHolder;
import org.junit.jupiter.api.Test;

/** What becomes of messages in a window, without Redis. */
class WindowTest {
    private static final Limits THREE = new Limits(3, 1_000);
    private final Window window = new Window("Q:0:1-0");

    @Test
    void messages_keep_their_order_and_are_divided_by_number() {
        for (int i = 0; i < 7; i++) {
            window.add("Q:0", i + "-0", "\"m" + i + "\"", THREE);
        }
        assertThat(window.bodies()).containsExactly("[\"m0\",\"m1\",\"m2\"]", "[\"m3\",\"m4\",\"m5\"]", "[\"m6\"]");
    }

    @Test
    void a_job_is_never_longer_than_allowed() {
        Limits ten = new Limits(100, 10);
        for (int i = 0; i < 4; i++) {
            window.add("Q:0", i + "-0", "\"é" + i + "\"", ten);
        }
        assertThat(window.bodies()).hasSize(4);
        Window numbers = new Window("Q:0:1-0");
        for (int i = 0; i < 6; i++) {
            numbers.add("Q:0", i + "-0", "1" + i, ten);
        }
        assertThat(numbers.bodies()).containsExactly("[10,11,12]", "[13,14,15]");
        numbers.add("Q:0", "8-0", "1234567", ten);
        numbers.add("Q:0", "9-0", "12345678", ten);
        assertThat(numbers.bodies()).endsWith("[1234567]", "[12345678]");
        assertThatThrownBy(() -> numbers.add("Q:0", "10-0", "123456789", ten))
                .hasMessageContaining("9 bytes")
                .hasMessageContaining("10 bytes");
    }

    @Test
    void a_message_in_the_window_is_not_added_again_whichever_job_contains_it() {
        for (int again = 0; again < 2; again++) {
            for (int i = 0; i < 4; i++) {
                window.add("Q:0", i + "-0", "" + i, THREE);
            }
        }
        window.add("Q:1", "0-0", "other", THREE);
        assertThat(window.bodies()).containsExactly("[0,1,2]", "[3,other]");
    }

    @Test
    void a_window_is_full_when_its_first_job_is() {
        window.add("Q:0", "1-0", "1", THREE);
        window.add("Q:0", "2-0", "2", THREE);
        assertThat(window.full(THREE)).isFalse();
        window.add("Q:0", "3-0", "3", THREE);
        assertThat(window.full(THREE)).isTrue();
    }

    @Test
    void json_stays_unchanged_and_other_text_becomes_a_string() {
        assertThat(json("{\"a\": 1.50}", "application/json")).isEqualTo("{\"a\": 1.50}");
        assertThat(json(" [1]\n", "application/vnd.x+json; charset=utf-8")).isEqualTo("[1]");
        assertThat(json("{\"a\": 1} x", "application/json")).isEqualTo("\"{\\\"a\\\": 1} x\"");
        assertThat(json("{\"a\"", "application/json")).isEqualTo("\"{\\\"a\\\"\"");
        assertThat(json("", "application/json")).isEqualTo("\"\"");
        assertThat(json("1", "text/plain")).isEqualTo("\"1\"");
        assertThat(json("línea\n", "")).isEqualTo("\"línea\\n\"");
    }

    @Test
    void nothing_but_the_key_of_the_first_message_is_kept() throws Exception {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            Exchange first = new DefaultExchange(context);
            Message message = first.getMessage();
            message.setBody("hello");
            message.setHeader("CamelQbullQueue", "Q");
            message.setHeader("CamelQbullPartition", 2);
            message.setHeader("CamelQbullStreamId", "7-1");
            message.setHeader("CamelQbullKey", "a/b ü");
            message.setHeader("CamelQbullJobId", "first");
            message.setHeader("Authorization", "secret");

            Exchange opened = new CoalesceStrategy(3, () -> 100).aggregate(null, first);

            assertThat(opened.getMessage().getHeaders()).containsOnlyKeys("CamelQbullKey");
            assertThat(CoalesceStrategy.window(opened).id()).isEqualTo("Q:2:7-1");
            assertThat(opened.getExchangeId()).startsWith("Q:2:7-1/");
            assertThat(CoalesceStrategy.key(opened.getExchangeId())).isEqualTo("a/b ü");
        }
    }

    @Test
    void a_state_is_read_back_and_foreign_classes_are_refused() throws Exception {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            window.add("Q:0", "1-0", "1", THREE);
            Exchange exchange = new DefaultExchange(context);
            exchange.getMessage().setBody(window);
            exchange.setProperty("count", 3);
            Exchange read = new DefaultExchange(context);
            DefaultExchangeHolder.unmarshal(
                    read,
                    ExchangeCodec.read(ExchangeCodec.write(DefaultExchangeHolder.marshal(exchange, true, false))));
            assertThat(CoalesceStrategy.window(read).bodies()).containsExactly("[1]");

            exchange.getMessage().setBody(URI.create("http://localhost"));
            byte[] foreign = ExchangeCodec.write(DefaultExchangeHolder.marshal(exchange, true, false));
            assertThatThrownBy(() -> ExchangeCodec.read(foreign)).isInstanceOf(InvalidClassException.class);
            assertThatThrownBy(() -> ExchangeCodec.read(serialized("text"))).isInstanceOf(IOException.class);
        }
    }

    private static byte[] serialized(Serializable object) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(object);
        }
        return bytes.toByteArray();
    }

    private static String json(String body, String contentType) {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            Message message = new DefaultExchange(context).getMessage();
            message.setBody(body.getBytes(java.nio.charset.StandardCharsets.UTF_8));
            message.setHeader(Exchange.CONTENT_TYPE, contentType);
            return MessageJson.of(message);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
