package io.qbull.enqueue;

import io.qbull.model.EnqueueException;
import io.qbull.runtime.EventLoop;
import io.qbull.store.JobLog;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Sends calls, and does what {@link CallOutcome} says when they end. On the loop. */
final class Sender {
    private final JobLog jobs;
    private final EventLoop loop;
    private final RefusalReporter refusals;
    private final Listener listener;

    Sender(JobLog jobs, EventLoop loop, RefusalReporter refusals, Listener listener) {
        this.jobs = jobs;
        this.loop = loop;
        this.refusals = refusals;
        this.listener = listener;
    }

    /**
     * @param lane a lane
     * @param call its outstanding call, which has no attempt under way
     */
    void attempt(Lane lane, Call call) {
        CompletionStage<JobLog.Answer> stage;
        try {
            stage = jobs.enqueue(call.command());
        } catch (RuntimeException e) {
            stage = CompletableFuture.failedFuture(e);
        }
        stage.whenComplete((answer, failure) -> loop.execute(() -> ended(lane, call, answer, failure)));
    }

    /**
     * @param lane a lane
     * @param call its outstanding call, which was repeated for too long
     */
    void giveUp(Lane lane, Call call) {
        giveUp(lane, call, "Redis has not answered for too long");
    }

    private void giveUp(Lane lane, Call call, String why) {
        lane.end();
        refusals.outcomeUnknown(call, why);
        call.fail(EnqueueException.Kind.UNKNOWN, "the job may have been added, or may still be");
    }

    /**
     * Lets a lane rest before it repeats its call or sends the next one.
     *
     * @param lane a lane without an attempt under way
     * @param pause for how long
     */
    void rest(Lane lane, Duration pause) {
        lane.restUntil(loop.schedule(pause, () -> rested(lane)));
    }

    private void rested(Lane lane) {
        lane.unblock();
        Call call = lane.call();
        if (call != null && call.patience(loop.nanoTime()) > 0) {
            attempt(lane, call);
            return;
        }
        if (call != null) {
            // This process stood still meanwhile: Redis may have forgotten the number and would add the jobs again.
            giveUp(lane, call);
        }
        listener.ready(lane);
    }

    private void ended(Lane lane, Call call, JobLog.@Nullable Answer answer, @Nullable Throwable failure) {
        if (lane.call() != call) {
            return; // It was given up meanwhile.
        }
        switch (CallOutcome.of(answer, failure, call.jobs().size(), call.mayHaveRun())) {
            case ADDED -> added(lane, call, answer);
            case FULL -> refuse(lane, call, EnqueueException.Kind.FULL, failure);
            case CROWDED -> crowded(lane, call);
            case MISCONFIGURED -> refuse(lane, call, EnqueueException.Kind.MISCONFIGURED, failure);
            case NOT_RUN -> {
                refusals.failed(lane.partition(), failure);
                lane.takeBack("Redis does not answer");
                rest(lane, lane.pause());
            }
            case UNKNOWN -> {
                unknown(lane, call, failure);
                rest(lane, lane.pause());
            }
            case OTHER_LAYOUT -> otherLayout(lane, call);
            case UNEXPECTED -> {
                refusals.refused(lane.partition(), Refusal.UNEXPECTED, "the answer was " + answer);
                giveUp(lane, call, "the answer was " + answer);
            }
        }
        listener.ready(lane);
    }

    private void added(Lane lane, Call call, JobLog.@Nullable Answer answer) {
        lane.end();
        refusals.taken(lane.partition());
        if (answer instanceof JobLog.Answer.Accepted accepted) {
            call.added(accepted.places());
        }
    }

    private void unknown(Lane lane, Call call, @Nullable Throwable failure) {
        call.attemptFailed(failure);
        if (call.cut()) {
            refusals.refused(lane.partition(), Refusal.CUT, call.cutText());
        } else {
            refusals.failed(lane.partition(), failure);
        }
        lane.outcomeUnknown("Redis has not answered an earlier call");
    }

    private void otherLayout(Lane lane, Call call) {
        String why = "partition " + lane.partition() + " takes no jobs for layout version "
                + call.command().layoutVersion();
        lane.takeBack(why);
        listener.otherLayout(call, why);
    }

    private void crowded(Lane lane, Call call) {
        lane.end();
        String why = "partition " + lane.partition() + " has " + call.command().maxBacklog()
                + " jobs or more, its share of maxBacklog";
        refusals.refused(lane.partition(), Refusal.CROWDED, why);
        call.fail(EnqueueException.Kind.CROWDED, why + "; the job was not added");
    }

    private void refuse(Lane lane, Call call, EnqueueException.Kind kind, @Nullable Throwable why) {
        lane.end();
        refusals.failed(lane.partition(), why);
        call.fail(
                kind,
                kind == EnqueueException.Kind.FULL
                        ? "Redis takes no more data; the job was not added"
                        : "a person must configure Redis first; the job was not added");
    }

    /** Decides which lane continues. */
    interface Listener {
        /**
         * @param lane its call has ended or rests, or its rest is over
         */
        void ready(Lane lane);

        /**
         * @param refused its partition takes jobs for another layout version
         * @param why what happened, without data of a job
         */
        void otherLayout(Call refused, String why);
    }
}
