package io.qbull.partition;

import io.qbull.model.Entry;
import io.qbull.partition.KeyLine.Slot;
import io.qbull.partition.PumpSnapshot.Backlog;
import io.qbull.partition.PumpSnapshot.Candidates;
import io.qbull.partition.PumpSnapshot.Unsettled;
import io.qbull.testing.Retries;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The time of a decision, beside that of the snapshot which it is made from. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class JobSelectorBenchmark {
    private final JobSelector selector =
            new JobSelector(new RetryPolicy(Retries.of(5, Duration.ofSeconds(1)), () -> 0));
    private final Slot slot =
            new Slot(new Entry.Undecodable(PumpTestSupport.id(1), "", 100), false, new KeyLine("key"));

    /** The next job of the stream. */
    @Benchmark
    public Object start() {
        return selector.select(baseline());
    }

    /** What the other is measured by. */
    @Benchmark
    public PumpSnapshot baseline() {
        return new PumpSnapshot(
                PumpState.RUNNING,
                JobStarter.Readiness.FREE,
                true,
                SecondReading.Phase.NONE,
                false,
                new Unsettled(0, 1, 2, false),
                new Candidates(null, false, slot, false),
                null,
                Backlog.NONE);
    }
}
