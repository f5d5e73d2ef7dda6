package io.qbull.resize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.qbull.model.Layout;
import io.qbull.resize.ResizeForecast.Source;
import io.qbull.resize.ResizeForecast.Speed;
import java.time.Duration;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a resize will move, and how long keys will wait. */
class ResizeForecastTest {
    private static final Speed SPEED = new Speed(10_000, 20_000, 0, 1_000);

    private static ResizeForecast forecast(int from, int to, IntFunction<Source> source) {
        List<Source> sources = IntStream.range(0, from).mapToObj(source).toList();
        return new ResizeForecast(ResizePlan.of(new Layout(1, from), to), sources, SPEED);
    }

    private static ResizeForecast idle(int from, int to) {
        return forecast(from, to, index -> new Source(index, "", 0, 0, Duration.ZERO));
    }

    @ParameterizedTest
    @CsvSource({
        "16, 32, 8000, 1",
        "16, 17, 15059, 16",
        "16, 24, 10667, 2",
        "16, 8, 8000, 2",
        "16, 1, 15000, 16",
        "3, 2, 2000, 3"
    })
    void what_moves_and_what_waits_follows_from_the_two_numbers(int from, int to, long leaving, int waitsFor) {
        ResizeForecast forecast = forecast(from, to, index -> new Source(index, "", 1000, 500, Duration.ZERO));
        assertThat(forecast.jobsLeaving()).isEqualTo(leaving);
        assertThat(forecast.bytesLeaving()).isCloseTo(leaving / 2, within(1L));
        assertThat(forecast.waitsFor()).isEqualTo(waitsFor);
        for (int target = 0; target < to; target++) {
            assertThat(forecast.plan().feeders(target)).hasSize(waitsFor);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "16, 32, ''",
        "16, 8, ''",
        "16, 1, ''",
        "1, 7, ''",
        "16, 17, 32",
        "16, 40, '32 48'",
        "12, 5, '4 6'",
        "12, 8, 6",
        "7, 5, 1"
    })
    void a_number_near_by_is_better_unless_one_is_a_multiple_of_the_other(int from, int to, String better) {
        List<String> numbers =
                idle(from, to).better().stream().map(String::valueOf).toList();
        assertThat(String.join(" ", numbers)).isEqualTo(better);
    }

    @Test
    void a_key_waits_for_all_that_one_pod_reads_and_copies() {
        // Half of 1000 jobs leave each partition: 10 ms to read, 10 ms to copy.
        ResizeForecast two = forecast(4, 8, index -> new Source(index, index < 3 ? "a" : "b", 1000, 0, Duration.ZERO));
        assertThat(two.longestPause()).isEqualTo(Duration.ofMillis(60));
        ResizeForecast four = forecast(4, 8, index -> new Source(index, "pod" + index, 1000, 0, Duration.ZERO));
        assertThat(four.longestPause()).isEqualTo(Duration.ofMillis(20));
    }

    @Test
    void more_pods_do_not_make_the_server_faster() {
        ResizeForecast forecast = forecast(100, 200, index -> new Source(index, "pod" + index, 1000, 0, Duration.ZERO));
        assertThat(forecast.longestPause()).isEqualTo(Duration.ofMillis(150));
    }

    @Test
    void large_jobs_take_longer() {
        Speed bytes = new Speed(0, 0, 2, 0);
        ResizeForecast forecast = new ResizeForecast(
                ResizePlan.of(new Layout(1, 1), 2),
                List.of(new Source(0, "a", 1000, 10_000_000, Duration.ZERO)),
                bytes);
        assertThat(forecast.longestPause()).isEqualTo(Duration.ofMillis(30));
    }

    @Test
    void a_key_waits_for_the_longest_running_job() {
        ResizeForecast forecast =
                forecast(2, 4, index -> new Source(index, "pod" + index, 0, 0, Duration.ofSeconds(index)));
        assertThat(forecast.longestPause()).isEqualTo(Duration.ofSeconds(1));
        assertThat(idle(2, 4).longestPause()).isZero();
    }

    @Test
    void the_measured_speed_moves_24_000_small_jobs_a_second_when_half_of_them_leave() {
        ResizeForecast forecast = new ResizeForecast(
                ResizePlan.of(new Layout(1, 1), 2),
                List.of(new Source(0, "a", 48_000, 48_000 * 300, Duration.ZERO)),
                Speed.MEASURED);
        assertThat(forecast.jobsLeaving()).isEqualTo(24_000);
        assertThat(forecast.longestPause()).isCloseTo(Duration.ofSeconds(1), Duration.ofMillis(50));
    }
}
