package sourcelab

import scala.collection.mutable

import org.apache.hadoop.fs.Path
import org.apache.hadoop.mapreduce.TaskAttemptContext
import org.apache.spark.internal.io.FileCommitProtocol.TaskCommitMessage
import org.apache.spark.internal.io.FileNameSpec
import org.apache.spark.sql.execution.datasources.SQLHadoopMapReduceCommitProtocol

/** Tasks write where their files stay, and these appear when the task is committed.
  *
  * As with the committer that Glue has for S3: there a rename is a copy, and Hadoop's own way renames each file.
  * Like Glue's it leaves partitions that are overwritten one by one (`dynamicPartitionOverwrite`), and other file
  * systems, to Hadoop's.
  */
class S3CommitProtocol(jobId: String, path: String, dynamicPartitionOverwrite: Boolean = false)
    extends SQLHadoopMapReduceCommitProtocol(jobId, path, dynamicPartitionOverwrite) {
  @transient private lazy val written = mutable.Buffer.empty[Path]

  override def setupTask(context: TaskAttemptContext): Unit = {
    written.clear()
    super.setupTask(context)
  }

  override def newTaskTempFile(context: TaskAttemptContext, dir: Option[String], spec: FileNameSpec): String =
    fileSystem(context) match {
      case Some(s3) =>
        val folder = dir.map(new Path(new Path(path), _)).getOrElse(new Path(path))
        val file = new Path(folder, getFilename(context, spec))
        s3.begin(file)
        written += file
        file.toString
      case None => super.newTaskTempFile(context, dir, spec)
    }

  override def commitTask(context: TaskAttemptContext): TaskCommitMessage = {
    written.foreach(file => fileSystem(context).foreach(_.complete(file)))
    super.commitTask(context)
  }

  override def abortTask(context: TaskAttemptContext): Unit = {
    written.foreach(file => fileSystem(context).foreach(_.abandon(file)))
    super.abortTask(context)
  }

  private def fileSystem(context: TaskAttemptContext): Option[S3FileSystem] =
    if (dynamicPartitionOverwrite) None
    else new Path(path).getFileSystem(context.getConfiguration) match {
      case s3: S3FileSystem => Some(s3)
      case _ => None
    }
}
