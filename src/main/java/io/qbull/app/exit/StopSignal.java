package io.qbull.app.exit;

import java.util.concurrent.CountDownLatch;

/**
 * Ctrl-C or SIGTERM. The JVM ends when its hooks have run, in no order and with an exit code that speaks of a signal; so there
 * is one hook, ours, which asks the pod to stop, waits until it has, and ends the JVM with the code that the pod gives.
 */
public final class StopSignal {
    private final CountDownLatch finished = new CountDownLatch(1);
    private volatile boolean raised;
    private volatile Runnable stop = () -> {};
    private volatile int exitCode = ExitCode.FAILED.number();

    private StopSignal() {}

    public static StopSignal install() {
        StopSignal signal = new StopSignal();
        Runtime.getRuntime().addShutdownHook(new Thread(signal::handle, "qbull-stop"));
        return signal;
    }

    public boolean raised() {
        return raised;
    }

    /**
     * @param task makes the pod stop; does not wait for it. Run at once if the signal came already
     */
    public void onRaised(Runnable task) {
        stop = task;
        if (raised) {
            task.run();
        }
    }

    /** The pod has stopped, or never started. */
    public void finish(ExitCode code) {
        exitCode = code.number();
        finished.countDown();
    }

    private void handle() {
        raised = true;
        stop.run();
        try {
            finished.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(exitCode);
    }
}
