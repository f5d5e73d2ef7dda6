package io.qbull.app.exit;

import java.util.concurrent.CountDownLatch;

/**
 * Ctrl-C or SIGTERM. The JVM runs its shutdown hooks in no particular order and then ends with the exit code of the signal. So there is
 * only one hook: it tells the pod to stop, waits until the pod has stopped, and ends the JVM with the exit code of the pod.
 */
public final class StopSignal {
    private final CountDownLatch finished = new CountDownLatch(1);
    private volatile boolean raised;
    private volatile Runnable stop = () -> {};
    private volatile int exitCode = ExitCode.FAILED.number();

    private StopSignal() {}

    /**
     * @return the installed hook
     */
    public static StopSignal install() {
        StopSignal signal = new StopSignal();
        Runtime.getRuntime().addShutdownHook(new Thread(signal::handle, "qbull-stop"));
        return signal;
    }

    /**
     * @return whether the signal has come
     */
    public boolean raised() {
        return raised;
    }

    /**
     * @param task tells the pod to stop and does not wait; runs at once if the signal has come already
     */
    public void onRaised(Runnable task) {
        stop = task;
        if (raised) {
            task.run();
        }
    }

    /**
     * Says that the pod has stopped, or did not start.
     *
     * @param code the exit code of the program
     */
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
        LogFlush.now();
        Runtime.getRuntime().halt(exitCode);
    }
}
