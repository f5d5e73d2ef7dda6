package io.qbull.enqueue;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.config.EnqueueSettings;
import io.qbull.model.EnqueueException;
import io.qbull.model.JobFeed;
import io.qbull.model.NewJob;
import io.qbull.model.SourceId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Reads a file from its start, a few records at a time, until all are answered; starts over when one was not added. */
final class SourceReader {
    private static final SourceId FILE = new SourceId("file");

    private final Enqueuer enqueuer;
    private final List<NewJob> records;
    private final EnqueueSettings settings;
    private @Nullable CompletableFuture<JobFeed> opened;
    private int next;
    private int answered;

    SourceReader(Enqueuer enqueuer, List<NewJob> records, EnqueueSettings settings) {
        this.enqueuer = enqueuer;
        this.records = records;
        this.settings = settings;
    }

    /**
     * @param most how many records to add, if the file is open
     */
    void goOn(int most) {
        CompletableFuture<JobFeed> opening = opened;
        if (opening == null
                || opening.isCompletedExceptionally()
                || (opening.isDone() && opening.join().broken())) {
            open();
        } else if (opening.isDone()) {
            for (int count = most; count > 0 && next < records.size(); count--) {
                add(opening);
            }
        }
    }

    private void open() {
        next = 0;
        answered = 0;
        opened = enqueuer.open(FILE, 1, Duration.ZERO, settings).toCompletableFuture();
    }

    private void add(CompletableFuture<JobFeed> reading) {
        int offset = next++;
        reading.join().add(offset, records.get(offset)).whenComplete((added, failure) -> {
            if (reading != opened) {
                return;
            }
            if (failure == null) {
                answered++;
            } else {
                assertThat(failure).isInstanceOf(EnqueueException.class);
                assertThat(reading.join().broken()).isTrue();
            }
        });
    }

    boolean finished() {
        return answered == records.size();
    }

    /** No answer counts any more. */
    void die() {
        opened = null;
    }
}
