/// Writes heads for the other side. What is end to end is copied in runs, as it came; what is for one connection only
/// is written anew.
enum HeadWriter {}
