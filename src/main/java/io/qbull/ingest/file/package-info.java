/**
 * Files as jobs. {@code FileIngest} is the step of the route; it claims files ({@code FileClaimer}, {@code Inbox}) that
 * have stood still ({@code WaitingFiles}, {@code Stillness}). {@code FileScanner}
 * finds claimed files, whichever pod claimed them, and {@code FileRuns} begins one {@code FileRun} for each that gets a place and the
 * lock of the operating system ({@code WorkLock}). A run reads the file in passes ({@code FileReading}, {@code PendingRecords}) until
 * every record is answered. What a pass reads is the {@code Content} of the file: its bytes, unpacked and converted if need be.
 *
 * <table>
 * <caption>Failures</caption>
 * <tr><th>what</th><th>effect</th></tr>
 * <tr><td>Redis is away, full or slow</td><td>the run waits and gives its place to other files; the next pass continues with the first
 *     record that has no answer</td></tr>
 * <tr><td>the pod stops or dies</td><td>the lock is free; any pod resumes the file, and Redis knows which records it has</td></tr>
 * <tr><td>a record is not a job</td><td>listed in {@code .rejected}; all others are added</td></tr>
 * <tr><td>the file is no text of its queue's encoding, or its packed data is damaged</td><td>the file, or the rest of it, is listed in
 *     {@code .rejected} ({@code FileStart}, {@code Content})</td></tr>
 * <tr><td>a disk is full</td><td>the run waits longer and longer, and continues at the bad record that could not be listed, or with the
 *     move of the file</td></tr>
 * <tr><td>the file changes after its claim</td><td>read on until it has stood still; if it was finished already, the log names it
 *     ({@code FinishedFiles})</td></tr>
 * <tr><td>a file lies in the wrong folder, or its name cannot be addressed or moved</td><td>it stays where it is; one line of the
 *     log and the health check name it ({@code OverlookedFiles}, {@code FileProblems})</td></tr>
 * <tr><td>the file vanishes</td><td>its claim stays in Redis until a person decides</td></tr>
 * </table>
 */
@NullMarked
package io.qbull.ingest.file;

import org.jspecify.annotations.NullMarked;
