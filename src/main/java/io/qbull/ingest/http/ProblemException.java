package io.qbull.ingest.http;

/** A request is refused, for the reason of a {@link Problem}. */
public final class ProblemException extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient Problem problem;

    /**
     * @param problem the answer
     */
    public ProblemException(Problem problem) {
        // Expected and frequent: a stack trace would help nobody.
        super(problem.detail(), null, false, false);
        this.problem = problem;
    }

    /**
     * @param detail of a wrong request, without a full stop
     * @return a 400
     */
    static ProblemException bad(String detail) {
        return new ProblemException(Problem.of(400, detail + "."));
    }

    /**
     * @return the answer
     */
    public Problem problem() {
        return problem;
    }
}
