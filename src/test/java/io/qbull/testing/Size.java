package io.qbull.testing;

/**
 * How much a test does: little in every build, the amounts of docs/benchmarks.md under the Maven profile
 * {@code acceptance}. {@code -Dqbull.size.NAME=N} sets a single size.
 */
public final class Size {
    private static final boolean ACCEPTANCE = Boolean.getBoolean("qbull.acceptance");

    private Size() {}

    /**
     * @param name what is counted, as {@code crash.jobs}
     * @param small the size in every build
     * @param acceptance the size under the profile
     * @return the size of this run
     */
    public static int of(String name, int small, int acceptance) {
        return Integer.getInteger("qbull.size." + name, ACCEPTANCE ? acceptance : small);
    }
}
