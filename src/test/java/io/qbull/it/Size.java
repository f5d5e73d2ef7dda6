package io.qbull.it;

/** Small by default, so that a build stays short; {@code -Dqbull.it.jobs=200000} makes it large. */
final class Size {
    private Size() {}

    static int jobs(int byDefault) {
        return of("jobs", byDefault);
    }

    static int of(String what, int byDefault) {
        return Integer.getInteger("qbull.it." + what, byDefault);
    }
}
