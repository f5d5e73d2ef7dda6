package io.qbull.app;

import io.qbull.app.cli.CancelCommand;
import io.qbull.app.cli.CommandFactory;
import io.qbull.app.cli.Commands.AddVerb;
import io.qbull.app.cli.Commands.StatusVerb;
import io.qbull.app.cli.Commands.UpVerb;
import io.qbull.app.cli.Commands.VersionVerb;
import io.qbull.app.cli.DeadCommands;
import io.qbull.app.cli.FilesCommand;
import io.qbull.app.cli.HeldCommands;
import io.qbull.app.cli.Versions;
import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.ParameterException;

/** The program {@code qbull}. Each verb is a command; this class only finds the verb and turns outcomes into exit codes. */
@Command(
        name = "qbull",
        description = "A keyed, ordered job queue on Redis Streams, for Apache Camel.",
        subcommands = {
            UpVerb.class,
            StatusVerb.class,
            FilesCommand.class,
            AddVerb.class,
            DeadCommands.class,
            HeldCommands.class,
            CancelCommand.class,
            VersionVerb.class,
            HelpCommand.class
        },
        mixinStandardHelpOptions = true,
        versionProvider = Versions.class,
        synopsisSubcommandLabel = "VERB")
public final class Main {
    private Main() {}

    /**
     * @param args a verb and its options
     */
    public static void main(String... args) {
        Path home =
                Path.of(System.getProperty("qbull.home", "")).toAbsolutePath().normalize();
        configureLogs(home, args);
        int code = commandLine(home).execute(args);
        System.exit(code);
    }

    /** A verb that prints data must have standard output to itself. Before the first logger exists. */
    private static void configureLogs(Path home, String... args) {
        Path file = home.resolve("config").resolve("logback.xml");
        if (System.getProperty("logback.configurationFile") == null && Files.isRegularFile(file)) {
            System.setProperty("logback.configurationFile", file.toString());
        }
        if (args.length == 0 || !args[0].equals("up")) {
            System.setProperty("qbull.log.target", "System.err");
            System.setProperty("qbull.log.level", "WARN");
        }
    }

    /**
     * @param home the top of the repository
     * @return ready to execute arguments
     */
    public static CommandLine commandLine(Path home) {
        CommandLine line = new CommandLine(new Main(), new CommandFactory(home));
        line.setExecutionExceptionHandler((failure, command, parsed) -> failed(command, failure));
        line.setParameterExceptionHandler((failure, arguments) -> misused(failure));
        Map<String, String> codes = new LinkedHashMap<>();
        Arrays.stream(ExitCode.values()).forEach(code -> codes.put(" " + code.number(), code.meaning()));
        describeCodes(line, codes);
        return line;
    }

    private static void describeCodes(CommandLine command, Map<String, String> codes) {
        command.getCommandSpec()
                .usageMessage()
                .exitCodeListHeading("%nExit codes:%n")
                .exitCodeList(codes);
        command.getSubcommands().values().forEach(verb -> describeCodes(verb, codes));
    }

    private static int failed(CommandLine command, Exception failure) {
        PrintWriter err = command.getErr();
        if (failure instanceof CliException refusal) {
            err.println("qbull: " + refusal.getMessage());
            return refusal.exitCode().number();
        }
        err.println("qbull: a fault in the program: " + failure);
        failure.printStackTrace(err);
        return ExitCode.FAILED.number();
    }

    private static int misused(ParameterException failure) {
        CommandLine command = failure.getCommandLine();
        command.getErr().println("qbull: " + failure.getMessage());
        command.getErr().println("Try: " + command.getCommandSpec().qualifiedName() + " --help");
        return ExitCode.USAGE.number();
    }
}
