// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.fitness;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/** Whether the world can be reached, by a page that well-known programs look at for the same. */
public final class Connectivity implements Check {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** A page, and what it says to those who can reach it. */
  public enum Page {
    GSTATIC("http://connectivitycheck.gstatic.com/generate_204", 204, ""),
    FIREFOX("http://detectportal.firefox.com/success.txt", 200, "success");

    private final URI uri;
    private final int code;
    private final String text;

    Page(String uri, int code, String text) {
      this.uri = URI.create(uri);
      this.code = code;
      this.text = text;
    }
  }

  private final Page page;
  private final URI uri;
  private final Duration period;
  private final HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build();

  /**
   * @param period how long it counts that the page was reached once
   */
  public Connectivity(Page page, Duration period) {
    this(page, page.uri, period);
  }

  /** With the page somewhere else. */
  Connectivity(Page page, URI uri, Duration period) {
    this.page = page;
    this.uri = uri;
    this.period = period;
  }

  @Override
  public String subject() {
    return "connectivity";
  }

  @Override
  public Optional<String> fault() {
    try {
      HttpResponse<String> response =
          client.send(
              HttpRequest.newBuilder(uri).timeout(PATIENCE).build(),
              HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
      return response.statusCode() == page.code && response.body().startsWith(page.text)
          ? Optional.empty()
          : Optional.of(uri + " answers " + response.statusCode() + ", not as it should");
    } catch (IOException e) {
      return Optional.of(uri + " cannot be reached: " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of(uri + " was not asked to the end");
    }
  }

  @Override
  public Duration period() {
    return period;
  }
}
