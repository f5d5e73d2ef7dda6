package io.qbull.app;

/** The program cannot do what it was asked. The message is one line and names the thing that is wrong. */
final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;
    private final ExitCode exitCode;

    Refusal(ExitCode exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    Refusal(ExitCode exitCode, String message, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    static Refusal setting(String name, String value, String rule) {
        return new Refusal(ExitCode.USAGE, name + " (" + value + ") " + rule);
    }

    ExitCode exitCode() {
        return exitCode;
    }

    /** One line, whatever was put in. */
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage()).strip().replaceAll("\\s*\\R\\s*", " ");
    }
}
