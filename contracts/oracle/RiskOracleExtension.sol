// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IOracleWiring} from "../interfaces/IOracleWiring.sol";
import {IRiskDelivery} from "../interfaces/IRiskDelivery.sol";
import {ClassBook} from "./ClassBook.sol";
import {HeldReports} from "./HeldReports.sol";
import {ModelBook} from "./ModelBook.sol";
import {SourceBook} from "./SourceBook.sol";

/// @title Rarer calls of the risk oracle
/// @notice The oracle runs this code on its own storage, so that its own code stays within the size limit. Its own storage
/// means nothing, and its own authority is nobody.
contract RiskOracleExtension is SourceBook, ClassBook, ModelBook, HeldReports {
    /// @inheritdoc IOracleWiring
    bytes32 public immutable DEPLOYMENT_SALT;

    /// @param deploymentSalt keeps messages of operators apart from those for earlier deployments at the same address
    constructor(bytes32 deploymentSalt) AccessManaged(address(this)) {
        DEPLOYMENT_SALT = deploymentSalt;
    }

    /// @inheritdoc IRiskDelivery
    function configDigest() external view returns (bytes32 digest) {
        return
            keccak256(
                abi.encode(
                    block.chainid,
                    address(this),
                    DEPLOYMENT_SALT,
                    address(ruleEngine()),
                    address(verifier()),
                    verifier().currentVersion(),
                    _boundsVersion,
                    _modelsVersion
                )
            );
    }
}
