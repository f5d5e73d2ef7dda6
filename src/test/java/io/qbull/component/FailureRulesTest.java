package io.qbull.component;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import io.qbull.model.Due;
import io.qbull.model.EnqueueException;
import io.qbull.model.Failure;
import io.qbull.model.Failure.Course;
import java.io.CharConversionException;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InvalidClassException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.MalformedURLException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.nio.charset.MalformedInputException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.sql.SQLDataException;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelExchangeException;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.ExchangeTimedOutException;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Which failures may pass by themselves, which never do, and what the receiver says about the next run. */
class FailureRulesTest {
    private static final CamelContext CONTEXT = new DefaultCamelContext();
    private static final String URI = "http://user:s3cret@shop.example:8080/orders?token=s3cret";

    @AfterAll
    static void close() {
        CONTEXT.stop();
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(Course.PASSES, new IOException("Connection reset by peer")),
                Arguments.of(Course.PASSES, new ConnectException("refused")),
                Arguments.of(Course.PASSES, new UnknownHostException("shop")),
                Arguments.of(Course.PASSES, new SocketTimeoutException("read")),
                Arguments.of(Course.PASSES, new HttpTimeoutException("slow")),
                Arguments.of(Course.PASSES, new SSLHandshakeException("expired")),
                Arguments.of(Course.PASSES, new EOFException()),
                Arguments.of(Course.PASSES, new FileSystemException("/data", null, "No space left on device")),
                Arguments.of(Course.PASSES, new UncheckedIOException(new IOException("x"))),
                Arguments.of(Course.PASSES, new TimeoutException()),
                Arguments.of(Course.PASSES, new ForeignTimeoutException()),
                Arguments.of(Course.PASSES, new RejectedExecutionException()),
                Arguments.of(Course.PASSES, new ExchangeTimedOutException(new DefaultExchange(CONTEXT), 1)),
                Arguments.of(Course.PASSES, new SQLTransientConnectionException("pool")),
                Arguments.of(Course.PASSES, new SQLRecoverableException("closed")),
                Arguments.of(Course.PASSES, new SQLNonTransientConnectionException("refused", "08001")),
                Arguments.of(Course.PASSES, new SQLException("deadlock", "40P01")),
                Arguments.of(Course.PASSES, new SQLException("admin shutdown", "57P01")),
                Arguments.of(Course.PASSES, new RuntimeException(new RuntimeException(new ConnectException("no")))),
                Arguments.of(
                        Course.PASSES,
                        new CamelExecutionException("x", new DefaultExchange(CONTEXT), new ConnectException("no"))),
                Arguments.of(Course.PASSES, refused(EnqueueException.Kind.FULL)),
                Arguments.of(Course.PASSES, refused(EnqueueException.Kind.UNAVAILABLE)),
                Arguments.of(Course.PASSES, refused(EnqueueException.Kind.UNKNOWN)),
                Arguments.of(Course.RETRY, refused(EnqueueException.Kind.INVALID)),
                Arguments.of(Course.RETRY, new IllegalStateException("bug")),
                Arguments.of(Course.RETRY, new SQLException("duplicate", "23505")),
                Arguments.of(Course.RETRY, new SQLException("no state")),
                Arguments.of(Course.RETRY, new SQLDataException("too long", "22001")),
                Arguments.of(Course.RETRY, new SQLException("wrong password", "28P01")),
                Arguments.of(Course.RETRY, new FileNotFoundException("gone")),
                Arguments.of(Course.RETRY, new NoSuchFileException("gone")),
                Arguments.of(Course.RETRY, new MalformedURLException("x")),
                Arguments.of(Course.RETRY, new MalformedInputException(1)),
                Arguments.of(Course.RETRY, new InvalidClassException("x")),
                Arguments.of(Course.RETRY, new RuntimeException(new JsonParseException((JsonParser) null, "not JSON"))),
                Arguments.of(Course.RETRY, new CharConversionException("x")));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void a_failure_is_judged_by_the_first_exception_that_says_something(Course course, Exception failure) {
        assertThat(judge(failure, null).course()).isEqualTo(course);
        assertThat(judge(new IllegalStateException("around", failure), null).course())
                .isEqualTo(course);
    }

    @ParameterizedTest
    @CsvSource({
        "302, RETRY",
        "400, BURY",
        "401, BURY",
        "404, BURY",
        "408, PASSES",
        "409, BURY",
        "413, BURY",
        "422, BURY",
        "425, PASSES",
        "429, PASSES",
        "500, PASSES",
        "502, PASSES",
        "503, PASSES",
        "504, PASSES"
    })
    void the_status_of_an_http_answer_decides(int status, Course course) {
        assertThat(judge(answer(status, Map.of()), null).course()).isEqualTo(course);
        assertThat(judge(new RuntimeException(answer(status, Map.of())), null).course())
                .isEqualTo(course);
        assertThat(judge(new ForeignHttpException(status), null).course()).isEqualTo(course);
        assertThat(judge(new ForeignHttpException(status + " SOME_STATUS"), null)
                        .course())
                .isEqualTo(course);
    }

    @Test
    void of_two_exceptions_that_say_something_the_outer_one_decides() {
        Throwable refused = answer(404, Map.of()).initCause(new IOException("stream closed"));
        assertThat(judge((Exception) refused, null).course()).isEqualTo(Course.BURY);
        IOException unread = new IOException("reading", new MalformedInputException(1));
        assertThat(judge(unread, null).course()).isEqualTo(Course.PASSES);
    }

    @Test
    void a_failure_that_nothing_is_known_of_is_counted_by_its_innermost_cause() {
        Exception bug =
                new CamelExecutionException("x", new DefaultExchange(CONTEXT), new IllegalStateException("bug"));
        assertThat(judge(bug, null).cause()).isEqualTo("IllegalStateException");
    }

    @Test
    void the_reason_is_what_went_wrong_and_not_the_exchange_in_which_it_did() {
        Exception wrapped = new CamelExchangeException(
                "Error occurred during aggregation",
                new DefaultExchange(CONTEXT),
                new IllegalStateException("no room"));
        assertThat(judge(wrapped, null).reason()).endsWith("IllegalStateException: no room");
    }

    @Test
    void causes_that_form_a_circle_are_judged_too() {
        IllegalStateException first = new IllegalStateException("a");
        first.initCause(new IllegalStateException("b", first));
        assertThat(judge(first, null).course()).isEqualTo(Course.RETRY);
    }

    @Test
    void a_property_that_is_no_status_says_nothing() {
        assertThat(judge(new ForeignHttpException(17), null).course()).isEqualTo(Course.RETRY);
        assertThat(judge(new ForeignHttpException(null), null).course()).isEqualTo(Course.RETRY);
        assertThat(judge(new BrokenGetterException(), null).course()).isEqualTo(Course.RETRY);
    }

    @ParameterizedTest
    @CsvSource({
        "404,                      ,                         404, PASSES",
        "404,                      ,                         410, BURY",
        "java.lang.Exception,      ,                         404, PASSES",
        "java.lang.Exception,      404,                      404, BURY",
        ",                         503,                      503, BURY",
        ",                         org.apache.camel.CamelException, 503, BURY",
    })
    void options_rule_and_buryOn_goes_first(
            @Nullable String retryOn, @Nullable String buryOn, int status, Course course) {
        assertThat(rules(retryOn, buryOn)
                        .judge("", answer(status, Map.of("Retry-After", "1")), null)
                        .course())
                .isEqualTo(course == Course.BURY && status == 410 ? Course.PASSES : course);
        assertThat(rules(retryOn, buryOn)
                        .judge("", answer(status, Map.of()), null)
                        .course())
                .isEqualTo(course);
    }

    @Test
    void an_answer_names_its_wait_in_seconds_or_as_a_date_by_its_own_clock() {
        assertThat(judge(answer(429, Map.of("retry-after", "20")), null).retryAfter())
                .isEqualTo(new Due.In(Duration.ofSeconds(20)));
        Map<String, String> dates =
                Map.of("Date", "Wed, 21 Oct 2015 07:28:00 GMT", "Retry-After", "Wed, 21 Oct 2015 07:29:30 GMT");
        assertThat(judge(answer(503, dates), null).retryAfter()).isEqualTo(new Due.In(Duration.ofSeconds(90)));
        Map<String, String> noClock = Map.of("Retry-After", "Wed, 21 Oct 2015 07:29:30 GMT");
        assertThat(judge(answer(503, noClock), null).retryAfter())
                .isEqualTo(new Due.At(Instant.parse("2015-10-21T07:29:30Z")));
        assertThat(judge(answer(503, Map.of("Retry-After", "9".repeat(30))), null)
                        .retryAfter())
                .isEqualTo(new Due.In(Due.LONGEST));
        for (String nonsense : List.of("", "soon", "-5", "1.5")) {
            assertThat(judge(answer(503, Map.of("Retry-After", nonsense)), null).retryAfter())
                    .as(nonsense)
                    .isNull();
        }
    }

    @Test
    void a_receiver_that_names_a_wait_wants_the_job_again_whatever_its_status() {
        assertThat(judge(answer(403, Map.of("Retry-After", "60")), null).course())
                .isEqualTo(Course.PASSES);
    }

    static Stream<Arguments> waits() {
        Instant time = Instant.parse("2026-11-24T08:00:00Z");
        return Stream.of(
                Arguments.of(Duration.ofSeconds(5), new Due.In(Duration.ofSeconds(5))),
                Arguments.of("PT5S", new Due.In(Duration.ofSeconds(5))),
                Arguments.of("5s", new Due.In(Duration.ofSeconds(5))),
                Arguments.of(" 5 m ", new Due.In(Duration.ofMinutes(5))),
                Arguments.of("5", new Due.In(Duration.ofSeconds(5))),
                Arguments.of(5L, new Due.In(Duration.ofSeconds(5))),
                Arguments.of(time, new Due.At(time)),
                Arguments.of("2026-11-24T08:00:00Z", new Due.At(time)),
                Arguments.of("2026-11-24T09:00:00+01:00", new Due.At(time)),
                Arguments.of("Tue, 24 Nov 2026 08:00:00 GMT", new Due.At(time)));
    }

    @ParameterizedTest
    @MethodSource("waits")
    void a_route_names_a_wait_that_outranks_the_answers(Object header, Due due) {
        Failure failure = judge(answer(429, Map.of("Retry-After", "20")), header);

        assertThat(failure.retryAfter()).isEqualTo(due);
        assertThat(failure.course()).isEqualTo(Course.PASSES);
        assertThat(judge(null, header).course()).isEqualTo(Course.PASSES);
    }

    @Test
    void a_wait_that_cannot_be_read_is_told_in_the_reason() {
        Failure failure = judge(new IllegalStateException("boom"), "soon");

        assertThat(failure.retryAfter()).isNull();
        assertThat(failure.course()).isEqualTo(Course.RETRY);
        assertThat(failure.reason())
                .isEqualTo(
                        "IllegalStateException: boom; the header CamelQbullRetryAfter is neither a duration nor a time");
    }

    static Stream<Arguments> causes() {
        return Stream.of(
                Arguments.of(
                        new ConnectException(
                                "Connect to http://127.0.0.1:21090 [/127.0.0.1] failed: Connection refused"),
                        "ConnectException 127.0.0.1:21090"),
                Arguments.of(new RuntimeException(new IOException("shop:5432 is away")), "IOException shop:5432"),
                Arguments.of(new IOException("no route to [::1]:80"), "IOException [::1]:80"),
                Arguments.of(new IOException("at 12:30 something broke"), "IOException"),
                Arguments.of(answer(503, Map.of()), "HTTP 503 shop.example:8080"),
                Arguments.of(new IllegalStateException("order 17 is closed"), "IllegalStateException"),
                Arguments.of(null, "marked"));
    }

    @ParameterizedTest
    @MethodSource("causes")
    void failures_for_one_cause_share_a_few_words_without_secrets(@Nullable Exception failure, String cause) {
        assertThat(rules(null, null)
                        .judge(failure == null ? "marked" : "", failure, null)
                        .cause())
                .isEqualTo(cause);
    }

    private static Failure judge(@Nullable Throwable failure, @Nullable Object retryAfter) {
        return rules(null, null).judge("", failure, retryAfter);
    }

    private static FailureRules rules(@Nullable String retryOn, @Nullable String buryOn) {
        QbullConfiguration options = new QbullConfiguration();
        options.setRetryOn(retryOn);
        options.setBuryOn(buryOn);
        return FailureRules.of(options, CONTEXT);
    }

    private static EnqueueException refused(EnqueueException.Kind kind) {
        return new EnqueueException(kind, "not added");
    }

    private static HttpOperationFailedException answer(int status, Map<String, String> headers) {
        return new HttpOperationFailedException(URI, status, "", null, headers, "");
    }

    private static final class ForeignTimeoutException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** As clients of services have it, Spring's among them. */
    public static final class ForeignHttpException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient @Nullable Object statusCode;

        ForeignHttpException(@Nullable Object statusCode) {
            this.statusCode = statusCode;
        }

        public @Nullable Object getStatusCode() {
            return statusCode;
        }
    }

    /** Fails when it is asked. */
    public static final class BrokenGetterException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public int getStatusCode() {
            return Integer.parseInt("no number");
        }
    }
}
