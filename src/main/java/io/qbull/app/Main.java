package io.qbull.app;

import io.qbull.app.cli.AddCommand;
import io.qbull.app.cli.BenchCommand;
import io.qbull.app.cli.CancelCommand;
import io.qbull.app.cli.DeadCommand;
import io.qbull.app.cli.DeleteCommand;
import io.qbull.app.cli.DrainCommand;
import io.qbull.app.cli.FilesCommand;
import io.qbull.app.cli.FindCommand;
import io.qbull.app.cli.HeldCommand;
import io.qbull.app.cli.PauseCommand;
import io.qbull.app.cli.PeekCommand;
import io.qbull.app.cli.ResizeCommand;
import io.qbull.app.cli.ResumeCommand;
import io.qbull.app.cli.StatusCommand;
import io.qbull.app.cli.UpCommand;
import io.qbull.app.cli.VersionCommand;
import io.qbull.app.cli.Versions;
import io.qbull.app.cli.WhyCommand;
import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import io.qbull.app.exit.LogFlush;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.ParameterException;

/** The program {@code qbull}: picks the command that the first word names, and turns its outcome into an exit code. */
@Command(
        name = "qbull",
        description = "A keyed, ordered job queue on Redis Streams, for Apache Camel.",
        mixinStandardHelpOptions = true,
        versionProvider = Versions.class,
        synopsisSubcommandLabel = "VERB")
public final class Main {
    private Main() {}

    /**
     * @param args the name of a command and its options
     */
    public static void main(String... args) {
        Path home =
                Path.of(System.getProperty("qbull.home", "")).toAbsolutePath().normalize();
        configureLogs(home, args);
        int code = commandLine(home).execute(args);
        LogFlush.now();
        System.exit(code);
    }

    /** Called before the first logger exists. A command that prints data needs standard output for itself. */
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
     * @return the command line, ready to execute
     */
    public static CommandLine commandLine(Path home) {
        CommandLine line = new CommandLine(new Main());
        Stream.of(
                        new UpCommand(home),
                        new StatusCommand(home),
                        new WhyCommand(home),
                        new FindCommand(home),
                        new PeekCommand(home),
                        new FilesCommand(home),
                        new AddCommand(home),
                        DeadCommand.of(home),
                        HeldCommand.of(home),
                        new CancelCommand(home),
                        new PauseCommand(home),
                        new ResumeCommand(home),
                        new DrainCommand(home),
                        new ResizeCommand(home),
                        new DeleteCommand(home),
                        new BenchCommand(),
                        new VersionCommand(),
                        new HelpCommand())
                .forEach(line::addSubcommand);
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
        command.getSubcommands().values().forEach(each -> describeCodes(each, codes));
    }

    private static int failed(CommandLine command, Exception failure) {
        PrintWriter err = command.getErr();
        if (failure instanceof CliException expected) {
            err.println("qbull: " + expected.getMessage());
            return expected.exitCode().number();
        }
        err.println("qbull: internal error: " + failure);
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
