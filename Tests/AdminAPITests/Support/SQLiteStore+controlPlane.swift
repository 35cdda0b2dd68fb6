import ControlPlane
import Store

extension SQLiteStore: ControlPlaneStore {}
