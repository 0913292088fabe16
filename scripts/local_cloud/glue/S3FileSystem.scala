package sourcelab

import java.io.{BufferedOutputStream, ByteArrayInputStream, EOFException, File, FileNotFoundException, FileOutputStream, IOException, OutputStream}
import java.net.URI
import java.net.http.{HttpClient, HttpRequest, HttpResponse}
import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{AccessDeniedException, FileAlreadyExistsException, Files}
import java.security.MessageDigest
import java.time.format.DateTimeFormatter
import java.time.{Duration, Instant, ZoneOffset, ZonedDateTime}
import javax.crypto.Mac
import javax.crypto.spec.SecretKeySpec
import javax.xml.parsers.DocumentBuilderFactory

import scala.collection.JavaConverters._

import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs._
import org.apache.hadoop.fs.permission.FsPermission
import org.apache.hadoop.util.Progressable
import org.w3c.dom.{Element, Node}

/** `s3://bucket/key` for Spark, as Glue's own file system gives it to a job.
  *
  * Hadoop's own S3 client is not on PyPI in a form that fits this Spark, and its libraries are 300 MB. A job of
  * the local cloud needs little of it: whole objects written at once, ranges read, prefixes listed, copied and
  * deleted. Endpoint, region and credentials are those of the environment that boto3 reads too, so both act in
  * the job's role. A file appears when it is closed, whole or not at all.
  */
class S3FileSystem extends FileSystem {
  private var uri: URI = _
  private var s3: S3Bucket = _
  private var working: Path = _

  override def initialize(name: URI, conf: Configuration): Unit = {
    super.initialize(name, conf)
    setConf(conf)
    uri = URI.create(s"${name.getScheme}://${name.getAuthority}")
    s3 = new S3Bucket(name.getAuthority, sys.env)
    working = new Path(uri.toString + "/")
  }

  override def getScheme: String = if (uri == null) "s3" else uri.getScheme
  override def getUri: URI = uri
  override def getWorkingDirectory: Path = working
  override def setWorkingDirectory(path: Path): Unit = working = path

  override def open(path: Path, bufferSize: Int): FSDataInputStream = s3.tail(key(path), S3FileSystem.TailSize) match {
    case Some(tail) => new FSDataInputStream(new S3InputStream(s3, key(path), tail))
    case None =>
      if (getFileStatus(path).isDirectory) throw new FileNotFoundException(s"$path is a directory")
      throw new FileNotFoundException(s"$path was there a moment ago")
  }

  override def create(
      path: Path, permission: FsPermission, overwrite: Boolean, bufferSize: Int, replication: Short,
      blockSize: Long, progress: Progressable): FSDataOutputStream = {
    val pending = Option(S3FileSystem.pending.get(name(path)))
    if (!overwrite && pending.isEmpty && exists(path)) throw new FileAlreadyExistsException(path.toString)
    val output = pending match {
      case Some(upload) => new LocalOutputStream(upload.file, () => ())
      case None =>
        val file = File.createTempFile("s3-", ".part")
        new LocalOutputStream(file, () => try s3.put(key(path), Some(file)) finally file.delete())
    }
    new FSDataOutputStream(output, statistics)
  }

  /** What is written to `path` from now on stays on this machine until it is completed or abandoned. */
  def begin(path: Path): Unit =
    S3FileSystem.pending.put(name(path), new Upload(File.createTempFile("s3-", ".part")))

  def complete(path: Path): Unit = for (upload <- Option(S3FileSystem.pending.get(name(path)))) {
    s3.put(key(path), Some(upload.file))
    abandon(path)
  }

  def abandon(path: Path): Unit = for (upload <- Option(S3FileSystem.pending.remove(name(path)))) upload.file.delete()

  override def append(path: Path, bufferSize: Int, progress: Progressable): FSDataOutputStream =
    throw new UnsupportedOperationException("S3 appends to no object")

  override def rename(from: Path, to: Path): Boolean = status(from) match {
    case None => false
    case Some(source) =>
      val inside = status(to).exists(_.isDirectory)
      val target = key(if (inside) new Path(to, from.getName) else to)
      if (source.isDirectory) {
        val prefix = folder(from)
        for (each <- s3.list(prefix, deep = true).objects) {
          s3.copy(each.key, target + "/" + each.key.substring(prefix.length))
          s3.delete(each.key)
        }
        S3FileSystem.made.removeIf((each: String) => each.startsWith(place(from)))
        S3FileSystem.made.add(s"${uri.getAuthority}/$target/")
      } else {
        s3.copy(key(from), target)
        s3.delete(key(from))
      }
      true
  }

  override def delete(path: Path, recursive: Boolean): Boolean = status(path) match {
    case None => false
    case Some(found) if found.isDirectory =>
      val inside = s3.list(folder(path), deep = true).objects.map(_.key)
      if (!recursive && inside.exists(_ != folder(path))) throw new IOException(s"$path is not empty")
      inside.foreach(s3.delete)
      S3FileSystem.made.removeIf((each: String) => each.startsWith(place(path)))
      true
    case Some(_) =>
      s3.delete(key(path))
      true
  }

  override def listStatus(path: Path): Array[FileStatus] = {
    val here = place(path)
    val listed = s3.list(folder(path), deep = false)
    if (listed.isEmpty) {
      val found = getFileStatus(path)
      if (!found.isDirectory) return Array(found)
    }
    val files = listed.objects.filter(_.key != folder(path)).map(file)
    val empty = S3FileSystem.made.asScala.filter(each => each != here && each.startsWith(here))
      .map(each => folder(path) + each.substring(here.length).takeWhile(_ != '/') + "/")
    val folders = (listed.prefixes ++ empty).distinct.map(each => directory(qualified(each.stripSuffix("/"))))
    (files ++ folders).toArray
  }

  /** Remembered, not written: S3 has no folders, and nobody but this process needs an empty one. */
  override def mkdirs(path: Path, permission: FsPermission): Boolean = {
    S3FileSystem.made.add(place(path))
    true
  }

  override def getFileStatus(path: Path): FileStatus =
    status(path).getOrElse(throw new FileNotFoundException(s"No such file or directory: $path"))

  private def status(path: Path): Option[FileStatus] = {
    val wanted = key(path)
    if (wanted.isEmpty) return Some(directory(path))
    // Spark counts what a task wrote before the task is committed.
    for (upload <- Option(S3FileSystem.pending.get(name(path)))) {
      return Some(file(S3Object(wanted, upload.file.length, upload.file.lastModified)))
    }
    s3.head(wanted).map(file).orElse {
      val there = !s3.list(folder(path), deep = false, limit = 1).isEmpty
      if (there || S3FileSystem.made.contains(place(path))) Some(directory(path)) else None
    }
  }

  private def key(path: Path): String = makeQualified(path).toUri.getPath.stripPrefix("/")
  private def name(path: Path): String = s"${uri.getAuthority}/${key(path)}"
  private def place(path: Path): String = s"${uri.getAuthority}/${folder(path)}"
  private def folder(path: Path): String = { val name = key(path); if (name.isEmpty) "" else name + "/" }
  private def qualified(key: String): Path = new Path(uri.toString + "/", new Path(null, null, "/" + key))
  private def file(found: S3Object): FileStatus =
    new FileStatus(found.size, false, 1, S3FileSystem.BlockSize, found.modified, qualified(found.key))
  private def directory(path: Path): FileStatus = new FileStatus(0, true, 1, 0, 0, makeQualified(path))
}

object S3FileSystem {
  /** Bytes of a file that one task reads. */
  val BlockSize: Long = 128L << 20
  /** Bytes that are read when a file is opened: where Parquet keeps its footer, and the whole of a small file. */
  val TailSize: Int = 64 << 10
  /** Files of tasks that are not committed yet, by `bucket/key`. */
  val pending: java.util.Map[String, Upload] = new java.util.concurrent.ConcurrentHashMap[String, Upload]()
  /** Folders that were made, as `bucket/key/`: all of Spark is in this process. */
  val made: java.util.Set[String] = java.util.concurrent.ConcurrentHashMap.newKeySet[String]()
}

class Upload(val file: File)

case class S3Object(key: String, size: Long, modified: Long)
case class Listing(objects: Seq[S3Object], prefixes: Seq[String]) {
  def isEmpty: Boolean = objects.isEmpty && prefixes.isEmpty
}

/** The last bytes of an object of `length` bytes. */
case class Tail(bytes: Array[Byte], length: Long)

/** The requests to one bucket, signed by Signature Version 4. */
class S3Bucket(bucket: String, environment: Map[String, String]) {
  private val endpoint = URI.create(environment("AWS_ENDPOINT_URL"))
  private val region = environment("AWS_DEFAULT_REGION")
  private val accessKey = environment("AWS_ACCESS_KEY_ID")
  private val secretKey = environment("AWS_SECRET_ACCESS_KEY")
  private val token = environment.get("AWS_SESSION_TOKEN")

  def head(key: String): Option[S3Object] = {
    val answer = send("HEAD", key)
    if (answer.statusCode == 404) return None
    check(answer, "HeadObject", key)
    val modified = answer.headers.firstValue("last-modified").map[Long](text =>
      ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant.toEpochMilli).orElse(0L)
    Some(S3Object(key, answer.headers.firstValueAsLong("content-length").orElse(0L), modified))
  }

  def get(key: String, from: Long, length: Int): Array[Byte] = {
    val answer = send("GET", key, headers = Map("range" -> s"bytes=$from-${from + length - 1}"))
    check(answer, "GetObject", key)
    answer.body
  }

  /** The last bytes, at most `size`, and the length of the whole; None where there is no such object. */
  def tail(key: String, size: Int): Option[Tail] = {
    val answer = send("GET", key, headers = Map("range" -> s"bytes=-$size"))
    answer.statusCode match {
      case 404 => None
      // No range is in an empty object.
      case 416 => Some(Tail(Array.empty, 0))
      case _ =>
        check(answer, "GetObject", key)
        val whole = answer.headers.firstValue("content-range").map[Long](_.split("/").last.toLong)
        Some(Tail(answer.body, whole.orElse(answer.body.length.toLong)))
    }
  }

  def put(key: String, content: Option[File]): Unit =
    check(send("PUT", key, content = content), "PutObject", key)

  def copy(from: String, to: String): Unit = {
    val answer = send("PUT", to, headers = Map("x-amz-copy-source" -> encoded(s"/$bucket/$from")))
    check(answer, "CopyObject", to)
  }

  def delete(key: String): Unit = check(send("DELETE", key), "DeleteObject", key)

  /** What is below a prefix: objects, and without `deep` the prefixes up to the next slash. */
  def list(prefix: String, deep: Boolean, limit: Int = Int.MaxValue): Listing = {
    var objects = Vector.empty[S3Object]
    var prefixes = Vector.empty[String]
    var more: Option[String] = None
    do {
      val asked = Map("list-type" -> "2", "prefix" -> prefix, "max-keys" -> math.min(limit, 1000).toString) ++
        (if (deep) Map.empty else Map("delimiter" -> "/")) ++ more.map("continuation-token" -> _)
      val answer = send("GET", "", query = asked)
      check(answer, "ListObjectsV2", prefix)
      val root = DocumentBuilderFactory.newInstance.newDocumentBuilder
        .parse(new ByteArrayInputStream(answer.body)).getDocumentElement
      objects ++= children(root, "Contents").map(each =>
        S3Object(text(each, "Key"), text(each, "Size").toLong, Instant.parse(text(each, "LastModified")).toEpochMilli))
      prefixes ++= children(root, "CommonPrefixes").map(text(_, "Prefix"))
      more = children(root, "NextContinuationToken").headOption.map(_.getTextContent)
    } while (more.nonEmpty && objects.size + prefixes.size < limit)
    Listing(objects, prefixes)
  }

  private def children(parent: Element, name: String): Seq[Element] = {
    val nodes = parent.getChildNodes
    (0 until nodes.getLength).map(nodes.item).collect {
      case each: Element if each.getNodeName == name && each.getNodeType == Node.ELEMENT_NODE => each
    }
  }

  private def text(parent: Element, name: String): String = children(parent, name).head.getTextContent

  private def check(answer: HttpResponse[Array[Byte]], operation: String, key: String): Unit =
    if (answer.statusCode >= 300) {
      val said = new String(answer.body, UTF_8)
      val message = "<Message>(.*?)</Message>".r.findFirstMatchIn(said).map(_.group(1)).getOrElse(said)
      val where = s"s3://$bucket/$key"
      answer.statusCode match {
        case 403 => throw new AccessDeniedException(where, null, s"$operation: $message (403)")
        case 404 => throw new FileNotFoundException(s"$where: $operation: $message (404)")
        case code => throw new IOException(s"$where: $operation: $message ($code)")
      }
    }

  private def send(
      method: String, key: String, query: Map[String, String] = Map.empty,
      headers: Map[String, String] = Map.empty, content: Option[File] = None,
      attempt: Int = 1): HttpResponse[Array[Byte]] = {
    val path = encoded(s"/$bucket/$key").stripSuffix(if (key.isEmpty) "/" else "")
    val asked = query.toSeq.map { case (name, value) => (encode(name), encode(value)) }.sorted
      .map { case (name, value) => s"$name=$value" }.mkString("&")
    val address = URI.create(s"$endpoint$path" + (if (asked.isEmpty) "" else s"?$asked"))
    val body = content match {
      case Some(file) => HttpRequest.BodyPublishers.ofFile(file.toPath)
      case None => HttpRequest.BodyPublishers.noBody
    }
    val request = HttpRequest.newBuilder(address).timeout(S3Bucket.Patience).method(method, body)
    for ((name, value) <- signed(method, path, asked, headers, content)) request.setHeader(name, value)
    try {
      val answer = S3Bucket.client.send(request.build, HttpResponse.BodyHandlers.ofByteArray)
      if (answer.statusCode < 500 || attempt == S3Bucket.Attempts) return answer
    } catch {
      case failed: IOException if attempt < S3Bucket.Attempts && !failed.isInstanceOf[FileNotFoundException] =>
    }
    Thread.sleep(200L << attempt)
    send(method, key, query, headers, content, attempt + 1)
  }

  private def signed(
      method: String, path: String, query: String, more: Map[String, String],
      content: Option[File]): Map[String, String] = {
    val now = Instant.now.atOffset(ZoneOffset.UTC)
    val stamp = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").format(now)
    val day = stamp.take(8)
    val digest = content.map(Digest.of).getOrElse(Digest.of(Array.empty[Byte]))
    val sent = more ++ Map("x-amz-content-sha256" -> digest, "x-amz-date" -> stamp) ++
      token.map("x-amz-security-token" -> _)
    val all = (sent + ("host" -> s"${endpoint.getHost}:${endpoint.getPort}")).toSeq.sorted
    val names = all.map(_._1).mkString(";")
    val canonical = Seq(
      method, path, query, all.map { case (name, value) => s"$name:${value.trim}\n" }.mkString, names, digest
    ).mkString("\n")
    val scope = s"$day/$region/s3/aws4_request"
    val toSign = Seq("AWS4-HMAC-SHA256", stamp, scope, Digest.of(canonical.getBytes(UTF_8))).mkString("\n")
    val key = Seq(day, region, "s3", "aws4_request").foldLeft(("AWS4" + secretKey).getBytes(UTF_8))(Digest.keyed)
    val signature = Digest.hex(Digest.keyed(key, toSign))
    sent + ("Authorization" ->
      s"AWS4-HMAC-SHA256 Credential=$accessKey/$scope, SignedHeaders=$names, Signature=$signature")
  }

  private def encoded(path: String): String = path.split("/", -1).map(encode).mkString("/")

  /** RFC 3986, as signatures want it. */
  private def encode(text: String): String = text.getBytes(UTF_8).map { byte =>
    val char = (byte & 0xff).toChar
    if (char < 128 && (char.isLetterOrDigit || "-._~".indexOf(char) >= 0)) char.toString else f"%%${byte & 0xff}%02X"
  }.mkString
}

object S3Bucket {
  val Attempts = 4
  val Patience: Duration = Duration.ofMinutes(10)
  lazy val client: HttpClient = HttpClient.newBuilder
    .version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(20)).build
}

object Digest {
  def hex(bytes: Array[Byte]): String = bytes.map(each => f"${each & 0xff}%02x").mkString
  def of(bytes: Array[Byte]): String = hex(MessageDigest.getInstance("SHA-256").digest(bytes))

  def of(file: File): String = {
    val digest = MessageDigest.getInstance("SHA-256")
    val input = Files.newInputStream(file.toPath)
    try {
      val buffer = new Array[Byte](1 << 16)
      Iterator.continually(input.read(buffer)).takeWhile(_ > 0).foreach(digest.update(buffer, 0, _))
    } finally input.close()
    hex(digest.digest)
  }

  def keyed(key: Array[Byte], text: String): Array[Byte] = {
    val mac = Mac.getInstance("HmacSHA256")
    mac.init(new SecretKeySpec(key, "HmacSHA256"))
    mac.doFinal(text.getBytes(UTF_8))
  }
}

/** Collects a file on the local disk; `whole` is done with it when it is closed. */
class LocalOutputStream(file: File, whole: () => Unit) extends OutputStream {
  private val output = new BufferedOutputStream(new FileOutputStream(file), 1 << 16)
  private var open = true

  override def write(byte: Int): Unit = output.write(byte)
  override def write(bytes: Array[Byte], from: Int, length: Int): Unit = output.write(bytes, from, length)
  override def flush(): Unit = output.flush()

  override def close(): Unit = if (open) {
    open = false
    output.close()
    whole()
  }
}

/** Reads an object in blocks; the first of them are its last bytes, which whoever opened it has read. */
class S3InputStream(s3: S3Bucket, key: String, tail: Tail) extends FSInputStream {
  private val size = 4 << 20
  private val length = tail.length
  private val tailStart = length - tail.bytes.length
  private var position = 0L
  private var block = tail.bytes
  private var start = tailStart

  override def getPos: Long = position
  override def seekToNewSource(target: Long): Boolean = false

  override def seek(target: Long): Unit = {
    if (target < 0 || target > length) throw new EOFException(s"$target is not in $key of $length bytes")
    position = target
  }

  override def read(): Int = {
    val one = new Array[Byte](1)
    if (read(one, 0, 1) < 0) -1 else one(0) & 0xff
  }

  override def read(into: Array[Byte], from: Int, wanted: Int): Int = {
    if (wanted == 0) return 0
    if (position >= length) return -1
    if (position < start || position >= start + block.length) {
      if (position >= tailStart) {
        block = tail.bytes
        start = tailStart
      } else {
        block = s3.get(key, position, math.min(size.toLong, tailStart - position).toInt)
        start = position
      }
    }
    val offset = (position - start).toInt
    val count = math.min(wanted, block.length - offset)
    System.arraycopy(block, offset, into, from, count)
    position += count
    count
  }

  override def available(): Int = math.min(length - position, Int.MaxValue.toLong).toInt
}
