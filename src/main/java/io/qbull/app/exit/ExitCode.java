package io.qbull.app.exit;

/** The exit codes of the program, as {@code --help} lists them. */
public enum ExitCode {
    OK(0, "done"),
    FAILED(1, "failed; the message says why"),
    USAGE(2, "wrong option, setting or routes file; nothing was started"),
    NOT_FOUND(3, "there is no such queue, dead letter, held key, job or file"),
    UNREACHABLE(4, "Redis cannot be reached; try again"),
    GIVEN_UP(5, "stopped, but jobs in flight were given up after drainTimeout; they run again elsewhere"),
    PORT_TAKEN(7, "an HTTP port is taken by another program");

    private final int number;
    private final String meaning;

    ExitCode(int number, String meaning) {
        this.number = number;
        this.meaning = meaning;
    }

    /**
     * @return the exit code
     */
    public int number() {
        return number;
    }

    /**
     * @return its line in {@code --help}
     */
    public String meaning() {
        return meaning;
    }
}
