package io.qbull.app.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * What a round did to its jobs.
 *
 * @param expected how many were sent
 * @param lost sent, and never ended
 * @param overtaken started for the first time after a later job of their key
 * @param repeated starts of jobs that had started before
 * @param together starts while another job of the key ran
 * @param unknown started, and never sent
 */
record Findings(long expected, long lost, long overtaken, long repeated, long together, long unknown) {
    /**
     * @param repeats whether jobs may run again, as after a crash
     * @return what broke a promise, a sentence each
     */
    List<String> violations(boolean repeats) {
        List<String> found = new ArrayList<>();
        add(found, lost, "lost");
        add(found, overtaken, "overtaken by a later job of their key");
        add(found, together, "started beside another job of their key");
        add(found, unknown, "run without having been sent");
        if (!repeats) {
            add(found, repeated, "run again");
        }
        return found;
    }

    private void add(List<String> found, long count, String what) {
        if (count > 0) {
            found.add(count + " of " + expected + " jobs " + what);
        }
    }
}
