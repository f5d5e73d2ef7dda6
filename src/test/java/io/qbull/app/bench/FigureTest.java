package io.qbull.app.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

/** How figures are computed from what was measured. */
class FigureTest {
    @Test
    void a_rate_is_the_median_of_its_rounds_beside_that_of_the_limit() {
        Figure figure = Figure.rate(Part.DRAIN, "x", List.of(300.0, 100.0, 200.0), List.of(1000.0, 400.0));

        assertThat(figure.value()).isEqualTo(200);
        assertThat(figure.limit()).isEqualTo(700);
        assertThat(figure.ratio()).isCloseTo(0.2857, within(0.0001));
        assertThat(figure.spread()).isEqualTo(1.0);
    }

    @Test
    void a_figure_without_a_limit_has_no_ratio() {
        Figure figure = Figure.rate(Part.DRAIN, "x", List.of(300.0), List.of());

        assertThat(figure.ratio()).isNull();
        assertThat(figure.spread()).isNull();
    }

    @Test
    void a_curve_has_the_percentiles_of_the_histogram() {
        Histogram histogram = new Histogram(3);
        for (int millis = 1; millis <= 1000; millis++) {
            histogram.recordValue(millis * 1_000_000L);
        }
        Curve curve = Curve.of("x", histogram);

        assertThat(curve.at(50)).isCloseTo(500, within(1.0));
        assertThat(curve.at(99)).isCloseTo(990, within(1.0));
        assertThat(curve.at(100)).isCloseTo(1000, within(1.0));
    }

    @Test
    void a_pause_lasts_from_the_last_job_at_one_pod_to_the_first_at_the_other() {
        List<Events.Event> events =
                List.of(event("a", 0, 0, 10), event("a", 1, 0, 5), event("b", 0, 40, 50), event("b", 0, 60, 70));

        assertThat(Events.moves(events)).containsExactly(30.0);
    }

    @Test
    void the_wait_after_a_kill_is_that_for_the_first_job_of_each_partition() {
        List<Events.Event> events = List.of(
                event("b", 0, 10, 11), event("b", 1, 110, 111), event("b", 2, 130, 131), event("b", 2, 140, 141));

        assertThat(Events.waits(events, 100, partition -> partition > 0)).containsExactly(10.0, 30.0);
    }

    private static Events.Event event(String pod, int partition, long begin, long end) {
        return new Events.Event(pod, partition, new Payload(0, 0, 0), begin, end);
    }

    @Test
    void the_time_is_divided_among_the_parts() {
        BenchOptions all = new BenchOptions(List.of(), null, 200, 16, 0, 100);
        BenchOptions one = new BenchOptions(List.of(Part.DRAIN), null, 200, 16, 0, 100);

        assertThat(all.parts()).containsExactly(Part.values());
        assertThat(one.slice()).isGreaterThan(all.slice().multipliedBy(3));
        assertThat(new BenchOptions(List.of(), null, 5, 16, 0, 100).slice()).isPositive();
    }
}
