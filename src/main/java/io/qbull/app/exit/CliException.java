package io.qbull.app.exit;

/** The program cannot do what it was asked. The message is one line and names the thing that is wrong. */
public final class CliException extends Exception {
    private static final long serialVersionUID = 1L;
    private final ExitCode exitCode;

    public CliException(ExitCode exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    public CliException(ExitCode exitCode, String message, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    public static CliException setting(String name, String value, String rule) {
        return new CliException(ExitCode.USAGE, name + " (" + value + ") " + rule);
    }

    public ExitCode exitCode() {
        return exitCode;
    }

    /** One line, whatever was put in. */
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage()).strip().replaceAll("\\s*\\R\\s*", " ");
    }
}
