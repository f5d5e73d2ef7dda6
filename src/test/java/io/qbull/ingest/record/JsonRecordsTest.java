package io.qbull.ingest.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.qbull.model.Due;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonRecordsTest {
    private final JsonRecords records = new JsonRecords(List.of("key", "to"), 20);

    private BulkRecord read(String line) throws RefusedRecord {
        return records.read(line.getBytes(StandardCharsets.UTF_8));
    }

    private static String body(BulkRecord read) {
        return new String(read.body(), StandardCharsets.UTF_8);
    }

    @Test
    void a_body_that_is_a_string_is_text() throws RefusedRecord {
        BulkRecord read = read("{\"key\":\"k\",\"body\":\"hé\\nllo \\ud83d\\ude00\"}");
        assertThat(read.key()).isEqualTo("k");
        assertThat(body(read)).isEqualTo("hé\nllo \uD83D\uDE00");
        assertThat(read.contentType()).isEqualTo("text/plain; charset=utf-8");
        assertThat(read.id()).isNull();
    }

    @Test
    void half_a_surrogate_pair_is_refused_in_a_key_an_id_and_a_text_but_kept_in_json() throws RefusedRecord {
        for (String half : List.of("\\ud83d", "x\\ude00", "\\ude00\\ud83d", "\\ud83dx")) {
            for (String line : List.of(
                    "{\"key\":\"" + half + "\",\"body\":1}",
                    "{\"key\":\"k\",\"body\":\"" + half + "\"}",
                    "{\"key\":\"k\",\"body\":1,\"id\":\"" + half + "\"}",
                    "{\"to\":\"" + half + "\"}")) {
                assertThatThrownBy(() -> read(line))
                        .as(line)
                        .isInstanceOf(RefusedRecord.class)
                        .hasMessageContaining("UTF-8");
            }
            String json = "{\"x\":\"" + half + "\"}";
            assertThat(body(read("{\"key\":\"k\",\"body\":" + json + "}"))).isEqualTo(json);
        }
    }

    /** Overlong forms and surrogates, wherever they stand: the parser takes them for characters. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u00c0\u00af",
                "\u00e0\u0080\u00af",
                "\u00ed\u00a0\u0080",
                "\u00ed\u00a0\u00bd\u00ed\u00b8\u0080",
                "\u00f4\u0090\u0080\u0080",
                "\u00f1"
            })
    void bytes_that_are_not_well_formed_utf8_are_refused(String bytes) {
        for (String line : List.of(
                "{\"key\":\"k" + bytes + "\",\"body\":1}",
                "{\"key\":\"k\",\"body\":\"" + bytes + "\"}",
                "{\"key\":\"k\",\"body\":{\"x" + bytes + "\":1}}",
                "{\"to\":\"k\",\"any\":\"" + bytes + "\"}")) {
            assertThatThrownBy(() -> records.read(line.getBytes(StandardCharsets.ISO_8859_1)))
                    .as(line)
                    .isInstanceOf(RefusedRecord.class)
                    .hasMessage("not JSON in UTF-8");
        }
    }

    @Test
    void any_other_body_is_kept_byte_for_byte() throws RefusedRecord {
        for (String json : List.of(
                "{ \"é\" : [1.50, 2e3 , {\"x\":\"}\"}] }", "[ ]", "12345678901234567890.10", "true", "null", "-0")) {
            for (String line : List.of(
                    "{\"key\":\"ké\",\"body\":" + json + "}",
                    " { \"body\" : " + json + " , \"id\" : \"i\", \"key\" : \"ké\" } ")) {
                BulkRecord read = read(line);
                assertThat(body(read).strip()).as(line).isEqualTo(json);
                assertThat(read.key()).isEqualTo("ké");
                assertThat(read.contentType()).isEqualTo("application/json");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE", "UTF-16"})
    void other_encodings_are_refused(String encoding) {
        for (String line : List.of(
                "{\"key\":\"k\",\"body\":{\"a\":1}}",
                "{\"key\":\"k\",\"body\":\"text\"}",
                "{\"to\":\"b\"}",
                "\u7b7b")) {
            assertThatThrownBy(() -> records.read(line.getBytes(Charset.forName(encoding))))
                    .as(line)
                    .isInstanceOfSatisfying(
                            RefusedRecord.class,
                            refused -> assertThat(refused.reason()).matches("not JSON.*|must be a JSON object"));
        }
    }

    @Test
    void a_byte_order_mark_before_the_line_changes_nothing() throws RefusedRecord {
        BulkRecord read = read("\uFEFF{\"key\":\"k\",\"body\":{\"a\":1}}");
        assertThat(body(read)).isEqualTo("{\"a\":1}");
    }

    @Test
    void an_object_without_a_body_is_itself_the_body() throws RefusedRecord {
        String line = "{\"text\": \"hi\", \"to\": 573205104418, \"n\": {\"key\": 1}}";
        BulkRecord read = read(line);
        assertThat(read.key()).isEqualTo("573205104418");
        assertThat(body(read)).isEqualTo(line);
        assertThat(read("{\"to\":\"b\",\"key\":\"a\"}").key())
                .as("the first of the key fields")
                .isEqualTo("a");
    }

    @Test
    void a_record_can_name_its_id() throws RefusedRecord {
        assertThat(read("{\"key\":\"k\",\"body\":1,\"id\":\"order-7\"}").id()).hasToString("order-7");
        assertThat(read("{\"key\":\"k\",\"body\":1,\"id\":42}").id()).hasToString("42");
        assertThat(read("{\"key\":\"k\",\"body\":1,\"id\":null}").id()).isNull();
    }

    @Test
    void a_line_with_a_body_says_when_its_job_may_run_and_one_without_is_itself_the_body() throws RefusedRecord {
        assertThat(read("{\"key\":\"k\",\"body\":1}").due()).isNull();
        assertThat(read("{\"key\":\"k\",\"body\":1,\"delay\":null,\"at\":null}").due())
                .isNull();
        assertThat(read("{\"key\":\"k\",\"body\":1,\"delay\":\"PT1S\"}").due())
                .isEqualTo(new Due.In(Duration.ofSeconds(1)));
        assertThat(read("{\"key\":\"k\",\"body\":\"text\",\"delay\":1500}").due())
                .isEqualTo(new Due.In(Duration.ofMillis(1500)));
        assertThat(read("{\"key\":\"k\",\"body\":1,\"at\":\"2026-11-24T08:00:00Z\",\"delay\":null}")
                        .due())
                .isEqualTo(new Due.At(Instant.parse("2026-11-24T08:00:00Z")));
        assertThat(read("{\"key\":\"k\",\"delay\":\"soon\"}").due()).isNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    [1]                                  | must be a JSON object
                    "text"                               | must be a JSON object
                    ``                                   | must be a JSON object
                    {"key":"k","body":1} 2               | more than one JSON value
                    {"key":"k","body":1}{"key":"k"}      | more than one JSON value
                    {"key":"k","body":                   | not JSON
                    {"key":"k","body":1                  | not JSON
                    {'key':'k'}                          | not JSON
                    {"key":"k","key":"l","body":1}       | not JSON
                    {"key":"k","body":{"a":1,"a":2}}     | not JSON
                    {"body":1}                           | no key: the member key is missing
                    {"to":"k","body":1}                  | no key: the member key is missing
                    {"key":"","body":1}                  | must be a non-empty string
                    {"key":{},"body":1}                  | must be a non-empty string
                    {"key":1.5,"body":1}                 | or an integer
                    {"a":1}                              | none of the members key, to
                    {"key":"k","body":1,"dealy":"10m"}   | no members but key, body, id, delay, at; did you mean delay?
                    {"key":"k","title":"x","body":1}     | no members but key, body, id, delay, at
                    {"key":"k","to":"l","body":1}        | no members but key, body, id, delay, at
                    {"key":"k","body":1,"id":{}}         | id must be a string
                    {"key":"k","body":1,"id":""}         | id must be a string
                    {"key":"k","body":1,"delay":"soon"}  | delay is wrong: a delay must be like
                    {"key":"k","body":1,"delay":1.5}     | delay is wrong: a delay must be like
                    {"key":"k","body":1,"delay":{}}      | delay is wrong: a delay must be like
                    {"key":"k","body":1,"at":"soon"}     | at is wrong: a time must be like
                    {"key":"k","body":1,"at":17900}      | at is wrong: a time must be like
                    {"key":"k","body":1,"delay":1,"at":"2026-11-24T08:00:00Z"} | both delay and at
                    {"key":"k","body":[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]} | nested too deep
                    """)
    void a_line_that_is_not_a_job_is_refused_with_the_reason(String line, String reason) {
        assertThatThrownBy(() -> read(line)).isInstanceOf(RefusedRecord.class).hasMessageContaining(reason);
    }

    @Test
    void a_reason_never_shows_what_the_line_says() {
        assertThatThrownBy(() -> read("{\"key\":\"k\",\"body\":secret}")).hasMessageNotContaining("secret");
        assertThatThrownBy(() -> records.read(new byte[] {'{', '"', (byte) 0xC3, '"', ':', '1', '}'}))
                .isInstanceOf(RefusedRecord.class)
                .hasMessageContaining("not JSON");
    }
}
